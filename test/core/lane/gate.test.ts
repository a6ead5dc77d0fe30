import { describe, expect, it } from "vitest";
import type { Check } from "../../../src/core/github.ts";
import { judgeHead } from "../../../src/core/lane/gate.ts";

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

describe("judgeHead", () => {
  it.each([
    ["The gate passes a head whose required check succeeded", [check("unit", "success")], "pass"],
    ["The gate passes a neutral check, as GitHub does", [check("unit", "neutral")], "pass"],
    ["The gate passes a skipped check, as GitHub does", [check("unit", "skipped")], "pass"],
    ["The gate waits for a check that is running", [check("unit", null)], "pending"],
    ["The gate waits for a required check that has not been reported", [], "pending"],
    ["The gate ignores checks that are not required", [check("lint", "success")], "pending"],
    ["The gate fails a head whose required check failed", [check("unit", "failure")], "fail"],
    ["The gate fails a head whose required check timed out", [check("unit", "timed_out")], "fail"],
    ["The gate fails a head whose required check was cancelled", [check("unit", "cancelled")], "fail"],
    [
      "The gate fails a head when one of two checks with the required name failed",
      [check("unit", "success"), check("unit", "failure", { workflow: "b" })],
      "fail",
    ],
    [
      "The gate waits while one of two checks with the required name is running",
      [check("unit", "success"), check("unit", null, { workflow: "b" })],
      "pending",
    ],
  ] as const)("%s", (_, checks, verdict) => {
    expect(judgeHead([unit], checks).verdict).toBe(verdict);
  });

  it("The gate never passes a head without any required check", () => {
    expect(judgeHead([], [check("unit", "success")]).verdict).toBe("pending");
  });

  it("The gate takes a check that is bound to an App only from that App", () => {
    expect(judgeHead([{ name: "unit", appId: 2 }], [check("unit", "success")]).missing).toEqual(["unit"]);
  });

  it("The gate lists interrupted checks apart from failed ones", () => {
    const verdict = judgeHead(
      [unit, { name: "lint", appId: null }],
      [check("unit", "cancelled"), check("lint", "failure")],
    );
    expect(verdict.interrupted.map((one) => one.name)).toEqual(["unit"]);
    expect(verdict.failing.map((one) => one.name)).toEqual(["lint"]);
  });

  it("The gate gives a reason for every required check", () => {
    const verdict = judgeHead([unit, { name: "lint", appId: null }], [check("unit", "success")]);
    expect(verdict.reasons).toEqual([
      { check: "unit", verdict: "pass" },
      { check: "lint", verdict: "missing" },
    ]);
  });
});
