import { describe, expect, it } from "vitest";
import type { Check } from "../../src/core/github.ts";
import { judgeHead } from "../../src/core/lane/gate.ts";

function check(name: string, conclusion: Check["conclusion"], more: Partial<Check> = {}): Check {
  return {
    name,
    appId: 1,
    workflow: null,
    event: null,
    conclusion,
    url: null,
    id: 1,
    startedAt: 1_000,
    completedAt: 2_000,
    ...more,
  };
}

const unit = { name: "unit", appId: null };

describe("the gate", () => {
  it.each([
    ["passes when the required check succeeded", [check("unit", "success")], "pass"],
    ["passes a neutral check, as GitHub does", [check("unit", "neutral")], "pass"],
    ["passes a skipped check, as GitHub does", [check("unit", "skipped")], "pass"],
    ["waits for a check that runs", [check("unit", null)], "pending"],
    ["waits for a check that nobody has reported: missing is not green", [], "pending"],
    ["is not impressed by other checks", [check("lint", "success")], "pending"],
    ["fails when the check failed", [check("unit", "failure")], "fail"],
    ["fails when the check timed out", [check("unit", "timed_out")], "fail"],
    ["fails when the check was cancelled", [check("unit", "cancelled")], "fail"],
    [
      "wants all checks of a name to pass",
      [check("unit", "success"), check("unit", "failure", { workflow: "b" })],
      "fail",
    ],
    ["waits for all checks of a name", [check("unit", "success"), check("unit", null, { workflow: "b" })], "pending"],
  ] as const)("%s", (_, checks, verdict) => {
    expect(judgeHead([unit], checks).verdict).toBe(verdict);
  });

  it("never passes without any required check", () => {
    expect(judgeHead([], [check("unit", "success")]).verdict).toBe("pending");
  });

  it("takes a bound check only from its App", () => {
    expect(judgeHead([{ name: "unit", appId: 2 }], [check("unit", "success")]).missing).toEqual(["unit"]);
  });

  it("keeps interruption apart from failure", () => {
    const verdict = judgeHead(
      [unit, { name: "lint", appId: null }],
      [check("unit", "cancelled"), check("lint", "failure")],
    );
    expect(verdict.interrupted.map((one) => one.name)).toEqual(["unit"]);
    expect(verdict.failing.map((one) => one.name)).toEqual(["lint"]);
  });

  it("gives a reason for every required check", () => {
    const verdict = judgeHead([unit, { name: "lint", appId: null }], [check("unit", "success")]);
    expect(verdict.reasons).toEqual([
      { check: "unit", verdict: "pass" },
      { check: "lint", verdict: "missing" },
    ]);
  });
});
