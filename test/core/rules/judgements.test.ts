import { describe, expect, it } from "vitest";
import type { FailureClass } from "../../../src/core/failure.ts";
import { featureBreaker, fingerprint, taskBreaker } from "../../../src/core/rules/breaker.ts";
import { judgeBudget, NOTHING } from "../../../src/core/rules/budget.ts";
import { type FanInTask, fanIn } from "../../../src/core/rules/fan-in.ts";
import { tierFor } from "../../../src/core/rules/tiers.ts";

describe("model tiers", () => {
  it.each([
    ["research reads on the small model", "research", "M", 0, "small"],
    ["building is for the middle one", "build", "S", 0, "middle"],
    ["a large task builds on the large one", "build", "L", 0, "large"],
    ["planning is for the large one", "plan", "M", 0, "large"],
    ["resolving is for the large one", "resolve", "S", 0, "large"],
    ["a failed try raises the tier", "build", "S", 1, "large"],
    ["nothing is above the large one", "build", "L", 5, "large"],
    ["research that failed reads on the middle one", "research", "S", 1, "middle"],
  ] as const)("%s", (_, kind, size, failures, tier) => {
    expect(tierFor(kind, size, failures)).toBe(tier);
  });
});

describe("the budget", () => {
  const budget = { usd: 10, tokens: null, minutes: 60 };
  const spend = (usd: number, minutes = 0) => ({ ...NOTHING, usd, minutes });

  it.each([
    ["lets an attempt start that fits", 1, 1, 1, { verdict: "within", warn: [] }],
    ["warns from 80 % on", 8, 0, 1, { verdict: "within", warn: ["usd"] }],
    ["waits for what is in flight when all of it together would not fit", 5, 4, 2, { verdict: "wait", short: ["usd"] }],
    ["is exhausted when not even that attempt alone fits", 9, 0, 2, { verdict: "exhausted", short: ["usd"] }],
    ["may be spent to the last cent", 9, 0, 1, { verdict: "within", warn: ["usd"] }],
    ["takes an unknown amount for too much", Number.NaN, 0, 1, { verdict: "exhausted", short: ["usd"] }],
  ] as const)("%s", (_, spent, reserved, next, verdict) => {
    expect(judgeBudget(budget, spend(spent), spend(reserved), spend(next))).toEqual(verdict);
  });

  it("counts Actions minutes apart from dollars", () => {
    expect(judgeBudget(budget, spend(0, 50), NOTHING, spend(0, 20))).toEqual({
      verdict: "exhausted",
      short: ["minutes"],
    });
  });

  it("without limits limits nothing", () => {
    const none = { usd: null, tokens: null, minutes: null };
    expect(judgeBudget(none, spend(1e9), spend(1e9), spend(1e9))).toEqual({ verdict: "within", warn: [] });
  });
});

describe("a task's breaker", () => {
  const failed = (cause: string, failure: FailureClass = "checks-failed") => ({
    class: failure,
    cause: { kind: "outside" as const, text: cause },
  });

  it("takes accidents out of a failure", () => {
    const first = failed("csv.test.ts:31 expected 4, got 5 after 120 ms in run 4711 of c0ffee1");
    const second = failed("csv.test.ts:35  expected 4, got 6 after 98 ms in run 4712 of badcafe2");
    expect(fingerprint(first)).toBe(fingerprint(second));
  });

  it("keeps different failures apart", () => {
    expect(fingerprint(failed("unit failed"))).not.toBe(fingerprint(failed("lint failed")));
    expect(fingerprint(failed("unit failed"))).not.toBe(fingerprint(failed("unit failed", "agent-failed")));
  });

  it.each([
    ["stays closed at a first failure", "closed", null, failed("a"), "closed"],
    ["stays closed at another failure", "closed", fingerprint(failed("b")), failed("a"), "closed"],
    ["opens when the same comes twice", "closed", fingerprint(failed("a 1")), failed("a 2"), "open"],
    ["opens at any failure of the one try a person gave it", "half-open", null, failed("a"), "open"],
    [
      "does not care for lost runners",
      "closed",
      fingerprint(failed("x", "attempt-lost")),
      failed("x", "attempt-lost"),
      "closed",
    ],
  ] as const)("%s", (_, before, last, failure, after) => {
    expect(taskBreaker(before, last, failure)).toBe(after);
  });
});

describe("a feature's breaker", () => {
  const lost: FailureClass = "attempt-lost";

  it.each([
    ["stays closed without failures", [], 10, 0, "closed"],
    ["stays closed at five lost attempts in a row", [lost, lost, lost, lost, lost], 10, 0, "closed"],
    [
      "opens at six lost attempts in a row",
      [lost, lost, "provider-down", lost, lost, "platform-unknown"],
      10,
      0,
      "open",
    ],
    ["is closed by a success between them", [lost, lost, lost, null, lost, lost, lost], 10, 0, "closed"],
    [
      "does not count an agent's failure as the machinery's",
      [lost, lost, "agent-failed", lost, lost, lost],
      10,
      0,
      "closed",
    ],
    ["opens when half of the tasks failed for good", [], 6, 3, "open"],
    ["does not judge by two tasks", [], 2, 2, "closed"],
    ["stays closed while fewer than half failed", [], 7, 3, "closed"],
  ] as const)("%s", (_, endings, total, parkedByFault, state) => {
    expect(featureBreaker(endings, { total, parkedByFault }).state).toBe(state);
  });
});

describe("fan-in", () => {
  const task = (id: string, stage: FanInTask["stage"], landed: number | null = null): FanInTask => ({
    id,
    stage,
    landed,
  });
  const mixed = [task("a", "done", 2), task("b", "done", 1), task("c", "parked"), task("d", "in-lane")];

  it.each([
    ["keep: siblings continue, what landed stays", { land: "each", onFailure: "keep" }, false, { action: "go-on" }],
    [
      "hold: nothing more merges",
      { land: "each", onFailure: "hold" },
      false,
      { action: "stop-merging", because: ["c"] },
    ],
    [
      "rollback: merging stops while a person may still fix it",
      { land: "each", onFailure: "rollback" },
      false,
      { action: "stop-merging", because: ["c"] },
    ],
    [
      "rollback: given up, what landed is taken back, last first",
      { land: "each", onFailure: "rollback" },
      true,
      { action: "roll-back", revert: ["a", "b"] },
    ],
    [
      "rollback: landed together, there is nothing on the base to take back",
      { land: "together", onFailure: "rollback" },
      true,
      { action: "give-up" },
    ],
    [
      "keep: given up, what landed stays all the same",
      { land: "each", onFailure: "keep" },
      true,
      { action: "give-up" },
    ],
  ] as const)("%s", (_, policy, abandoned, verdict) => {
    expect(fanIn(policy, mixed, abandoned)).toEqual(verdict);
  });

  it("continues when nothing failed, under any policy", () => {
    expect(fanIn({ land: "each", onFailure: "hold" }, [task("a", "done", 1)], false)).toEqual({ action: "go-on" });
  });
});
