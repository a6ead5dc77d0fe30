import { describe, expect, it } from "vitest";
import type { Check, NeededJob, Producer, PullSnapshot } from "../../../src/core/github.ts";
import { judgeHead } from "../../../src/core/lane/gate.ts";

const CI = ".github/workflows/ci.yml";

function job(workflow = CI, needs: [string, Check["conclusion"]][] = []): Producer {
  const needed = needs.map(([name, conclusion], index): NeededJob => ({ name, conclusion, id: 50 + index }));
  return { kind: "job", workflow, event: "pull_request", run: 7, needs: needed };
}

function check(name: string, conclusion: Check["conclusion"], producer: Producer = job()): Check {
  return { name, producer, conclusion, url: null, id: 1, startedAt: 1_000, completedAt: 2_000 };
}

const status = (creator: string): Producer => ({ kind: "status", creator });
const app = (appId: number): Producer => ({ kind: "app", appId });
const unit = { name: "unit", appId: null };
type Expected = PullSnapshot["producers"][number]["producer"];

function judge(
  checks: readonly Check[],
  {
    required = [unit] as { name: string; appId: number | null }[],
    producer = { kind: "unknown" } as Expected,
    neutral = "pass" as "pass" | "fail",
    sameWorkflows = true,
  } = {},
) {
  const producers = [{ check: "unit", producer }];
  return judgeHead({ checks: required, neutral }, { checks: [...checks], producers, sameWorkflows });
}

describe("judgeHead", () => {
  it.each([
    ["The gate passes a head whose required check succeeded", [check("unit", "success")], "pass"],
    [
      "The gate does not pass a job that a machine ended as neutral without running it",
      [check("unit", "neutral")],
      "fail",
    ],
    ["The gate passes a skipped check, as GitHub does", [check("unit", "skipped")], "pass"],
    ["The gate waits for a check that is running", [check("unit", null)], "pending"],
    ["The gate waits for a required check that has not been reported", [], "pending"],
    ["The gate ignores checks that are not required", [check("lint", "success")], "pending"],
    ["The gate fails a head whose required check failed", [check("unit", "failure")], "fail"],
    ["The gate fails a head whose required check timed out", [check("unit", "timed_out")], "fail"],
    ["The gate fails a head whose required check was cancelled", [check("unit", "cancelled")], "fail"],
    ["The gate lets an optional check fail", [check("unit", "success"), check("lint", "failure")], "pass"],
    [
      "The gate fails a head when one of two workflows with a job of the required name failed",
      [check("unit", "success"), check("unit", "failure", job("b"))],
      "fail",
    ],
    [
      "The gate waits while one of two workflows with a job of the required name is running",
      [check("unit", "success"), check("unit", null, job("b"))],
      "pending",
    ],
    [
      "The gate fails a skipped check whose needed job failed",
      [check("unit", "skipped", job(CI, [["build", "failure"]]))],
      "fail",
    ],
    [
      "The gate fails a skipped check when one of many needed jobs timed out",
      [
        check(
          "unit",
          "skipped",
          job(CI, [
            ["a", "success"],
            ["b", "timed_out"],
          ]),
        ),
      ],
      "fail",
    ],
    [
      "The gate passes a skipped check whose needed jobs succeeded or were skipped",
      [
        check(
          "unit",
          "skipped",
          job(CI, [
            ["a", "success"],
            ["b", "skipped"],
          ]),
        ),
      ],
      "pass",
    ],
    [
      "The gate passes a check that succeeded although a job that it needs failed",
      [check("unit", "success", job(CI, [["build", "failure"]]))],
      "pass",
    ],
  ] as const)("%s", (_, checks, verdict) => {
    expect(judge(checks).verdict).toBe(verdict);
  });

  it("The gate counts a skipped check whose needed job was cancelled as interrupted", () => {
    const verdict = judge([check("unit", "skipped", job(CI, [["build", "cancelled"]]))]);
    expect(verdict.reasons[0]?.verdict).toBe("interrupted");
    expect(verdict.interrupted).toHaveLength(1);
  });

  it("The gate never passes a head without any required check", () => {
    expect(judge([check("unit", "success")], { required: [] }).verdict).toBe("pending");
  });

  it("The gate passes an App's neutral check, as GitHub does, and fails it where the policy says so", () => {
    const ofApp = { producer: { kind: "app" as const, appId: 9 } };
    expect(judge([check("unit", "neutral", app(9))], ofApp).verdict).toBe("pass");
    expect(judge([check("unit", "neutral", app(9))], { ...ofApp, neutral: "fail" }).verdict).toBe("fail");
  });

  const counted: [string, Expected, Producer, boolean][] = [
    ["a job where a job makes it", { kind: "job", workflows: null }, job(), true],
    ["a job of a renamed workflow", { kind: "job", workflows: null }, job(".github/workflows/renamed.yml"), true],
    ["a job where nobody knows who makes it", { kind: "unknown" }, job(), true],
    ["a job of the file that makes it", { kind: "job", workflows: [CI] }, job(), true],
    [
      "no job of another file, whose matrix may name it",
      { kind: "job", workflows: [CI] },
      job(".github/workflows/other.yml"),
      false,
    ],
    ["no job where an App makes it", { kind: "app", appId: 9 }, job(), false],
    ["a check run of the App that makes it", { kind: "app", appId: 9 }, app(9), true],
    ["no check run of another App", { kind: "app", appId: 9 }, app(8), false],
    ["no check run of a job's token where a job makes it", { kind: "job", workflows: null }, app(15_368), false],
    ["no check run where nobody knows who makes it", { kind: "unknown" }, app(9), false],
    ["a status of its creator, in any case", { kind: "status", creator: "CI-bot" }, status("ci-Bot"), true],
    ["no status of another user", { kind: "status", creator: "ci-bot" }, status("mallory"), false],
    ["no status where a job makes it", { kind: "job", workflows: null }, status("github-actions[bot]"), false],
    ["no status where nobody knows who makes it", { kind: "unknown" }, status("ci-bot"), false],
  ];

  it.each(counted)("The gate counts %s", (_, producer, made, counts) => {
    const { verdict, missing, reasons } = judge([check("unit", "success", made)], { producer });
    expect(verdict).toBe(counts ? "pass" : "pending");
    expect(missing).toEqual(counts ? [] : ["unit"]);
    expect(reasons[0]?.ignored).toHaveLength(counts ? 0 : 1);
  });

  it("The gate takes a check that a rule pins to an App only from that App", () => {
    const pinned = { required: [{ name: "unit", appId: 2 }] };
    expect(judge([check("unit", "success")], pinned).missing).toEqual(["unit"]);
    expect(judge([check("unit", "success", app(2))], pinned).verdict).toBe("pass");
  });

  it("The gate takes a check that a rule pins to GitHub Actions only from a job", () => {
    const pinned = { required: [{ name: "unit", appId: 15_368 }] };
    expect(judge([check("unit", "success", app(15_368))], pinned).missing).toEqual(["unit"]);
    expect(judge([check("unit", "success")], pinned).verdict).toBe("pass");
    const producer: Expected = { kind: "job", workflows: [CI] };
    const other = check("unit", "success", job(".github/workflows/other.yml"));
    expect(judge([other], { ...pinned, producer }).missing).toEqual(["unit"]);
  });

  it("A forged check beside the real one changes nothing", () => {
    const forged = [check("unit", "success", status("mallory")), check("unit", "success", app(15_368))];
    expect(judge([check("unit", "failure"), ...forged]).verdict).toBe("fail");
    expect(judge([check("unit", null), ...forged]).verdict).toBe("pending");
    expect(judge([check("unit", "success"), check("unit", "failure", status("mallory"))]).verdict).toBe("pass");
  });

  it("The gate shows a check that is named like a required one in other case", () => {
    const { missing, reasons } = judge([check("Unit", "success")]);
    expect(missing).toEqual(["unit"]);
    expect(reasons[0]?.ignored).toEqual([{ name: "Unit", by: { kind: "job", workflow: CI } }]);
  });

  it.each(["unit ", " Unit", "UNIT", "\u00a0unit"])(
    "The gate shows, and never counts, a check named %j beside unit",
    (name) => {
      for (const producer of [job(), status("ci"), app(9)]) {
        const { verdict, reasons } = judge([check(name, "success", producer)]);
        expect(verdict).toBe("pending");
        expect(reasons[0]?.ignored).toMatchObject([{ name }]);
      }
    },
  );

  it.each([
    ["call / unit", "call", "skipped", job(), 1],
    ["call / inner / unit", "call / inner", "skipped", job(), 1],
    ["unit (20)", "unit", "skipped", job(), 1],
    ["call / unit", "call", "success", job(), 0],
    ["call / unit", "call", "skipped", app(9), 0],
    ["called / unit", "call", "skipped", job(), 0],
  ] as const)(
    "The gate waits for %s where %s is %s, and shows the job that would have made it",
    (name, made, conclusion, producer, shown) => {
      const { verdict, missing, reasons } = judge([check(made, conclusion, producer)], {
        required: [{ name, appId: null }],
      });
      expect([verdict, missing]).toEqual(["pending", [name]]);
      expect(reasons[0]?.ignored).toHaveLength(shown);
    },
  );

  it("The gate counts no job of a head whose .github folder is not the base's", () => {
    for (const conclusion of ["success", "failure"] as const) {
      const verdict = judge([check("unit", conclusion)], { sameWorkflows: false });
      expect(verdict.verdict).toBe("pending");
      expect(verdict.unjudged).toEqual(["unit"]);
    }
    const byApp = { producer: { kind: "app", appId: 9 } as Expected, sameWorkflows: false };
    expect(judge([check("unit", "success", app(9))], byApp).verdict).toBe("pass");
  });

  it("The gate lists interrupted checks apart from failed ones", () => {
    const required = [unit, { name: "lint", appId: null }];
    const verdict = judge([check("unit", "cancelled"), check("lint", "failure")], { required });
    expect(verdict.interrupted.map((one) => one.name)).toEqual(["unit"]);
    expect(verdict.failing.map((one) => one.name)).toEqual(["lint"]);
  });

  it("The gate gives a reason for every required check", () => {
    const required = [unit, { name: "lint", appId: null }];
    const verdict = judge([check("unit", "success")], { required });
    expect(verdict.reasons).toEqual([
      { check: "unit", verdict: "pass", ignored: [] },
      { check: "lint", verdict: "missing", ignored: [] },
    ]);
  });
});
