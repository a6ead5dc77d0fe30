/** How features of one repository share the attempts that may run at the same time. */
import { describe, expect, it } from "vitest";
import { type Claim, isNext } from "../../src/core/feature/attempt/sharing.ts";

/** `a1!`: the attempt 1 of feature a runs. Those that wait were asked for in this order. */
function claims(written: string): Claim[] {
  return written
    .split(" ")
    .filter((one) => one !== "")
    .map((one, at) => ({ feature: one.charAt(0), id: one.slice(0, 2), runs: one.endsWith("!"), since: at }));
}

function next(written: string, limit: number): string[] {
  const all = claims(written);
  return all.filter((claim) => !claim.runs && isNext(all, claim, limit)).map(({ id }) => id);
}

describe("the next attempts", () => {
  it.each<[string, number, string[]]>([
    ["a1 a2 a3", 2, ["a1", "a2"]],
    ["a1! a2! a3 b1", 2, []],
    ["a1! a2! a3 b1", 3, ["b1"]],
    ["a1! a2! a3 b1 b2", 4, ["b1", "b2"]],
    ["a1! b1! a2 b2", 3, ["a2"]],
    ["a1 a2 a3 b1 c1", 3, ["a1", "b1", "c1"]],
    ["a1! a2! a3! b1", 2, []],
    ["", 2, []],
  ])("of %j within %i are %j", (written, limit, expected) => {
    expect(next(written, limit)).toEqual(expected);
  });

  it("never exceed the limit, and every attempt starts in the end", () => {
    const running = new Set<string>();
    const left = new Set(["a1", "a2", "a3", "a4", "b1", "b2", "c1"]);
    for (let turn = 0; left.size > 0; turn += 1) {
      const all = [...left].sort().map((id, at) => {
        return { feature: id.charAt(0), id, runs: running.has(id), since: at };
      });
      for (const claim of all) if (!claim.runs && isNext(all, claim, 2)) running.add(claim.id);
      expect(running.size).toBeLessThanOrEqual(2);
      expect(turn).toBeLessThan(20);
      const [ended] = running;
      if (ended !== undefined) {
        running.delete(ended);
        left.delete(ended);
      }
    }
  });
});
