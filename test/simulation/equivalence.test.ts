import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { StepWrite } from "../../src/loop/store-port.ts";
import { compared, nothingCompared } from "./equivalence/comparison.ts";
import { loadOther, type OtherCore } from "./equivalence/other-core.ts";
import { generate } from "./scenario/generate.ts";

const here = fileURLToPath(new URL("../..", import.meta.url));

async function comparedWith(other: OtherCore) {
  const comparison = nothingCompared();
  await compared(other, generate("7"), comparison);
  return comparison;
}

describe("comparing the decisions of two checkouts", () => {
  it("finds no difference between a checkout and itself", async () => {
    const { decisions, differences, renamed } = await comparedWith(await loadOther(here));
    expect(differences).toEqual([]);
    expect(renamed).toEqual([]);
    expect(decisions).toBeGreaterThan(100);
  });

  it("reports the event and both lists of effects where one core leaves an effect out", async () => {
    const { dialect, step } = await loadOther(here);
    const forgetful: OtherCore = { dialect, step: (...given) => withoutTimers(step(...given)) };
    const { differences } = await comparedWith(forgetful);
    expect(differences).toHaveLength(1);
    expect(differences[0]).toMatchObject({
      seed: "7",
      what: "decision",
      event: { ours: { type: "feature.labelled" } },
    });
    expect(JSON.stringify(differences[0]?.ours)).toContain("timer.set");
    expect(JSON.stringify(differences[0]?.theirs)).not.toContain("timer.set");
  });
});

function withoutTimers(write: StepWrite): StepWrite {
  const history = write.history.map((row) => ({
    ...row,
    effects: (row.effects as { type: string }[]).filter(({ type }) => type !== "timer.set"),
  }));
  return { ...write, history };
}
