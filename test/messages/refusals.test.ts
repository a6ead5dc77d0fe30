import { describe, expect, it } from "vitest";
import type { Refusal } from "../../src/core/feature/refusal.ts";
import { refusalText } from "../../src/messages/explain/refusal.ts";

describe("the answer to a command that was refused", () => {
  it.each<[Refusal, string]>([
    [{ kind: "unknown", text: "An old sentence." }, "An old sentence."],
    [{ kind: "permission-unknown" }, "GitHub did not say whether you have write access. Repeat the command."],
    [{ kind: "over", verb: "hold", stage: "completed" }, "This feature is completed; there is nothing to hold."],
    [{ kind: "over", verb: "resume", stage: "completed" }, "This feature is completed; it cannot be resumed."],
    [{ kind: "over", verb: "cancel", stage: "cancelled" }, "This feature is cancelled already."],
    [{ kind: "over", verb: "retry", stage: "failed" }, "This feature is failed; its tasks cannot be retried."],
    [
      { kind: "over", verb: "budget", stage: "completed" },
      "This feature is completed; its budget can no longer change.",
    ],
    [{ kind: "nothing-stopped" }, "Nothing is on hold."],
    [{ kind: "no-dollar-limit" }, "This feature has no limit in dollars."],
    [{ kind: "no-such-task", named: "x", tasks: ["a", "b"], rows: false }, "There is no task 'x'. Tasks: a, b."],
    [{ kind: "no-such-task", named: "9", tasks: ["a", "b"], rows: true }, "There is no task '9'. Tasks: 1 a, 2 b."],
    [
      { kind: "not-retryable", task: "a", stage: "working" },
      "Task 'a' is working; you can only retry a task that needs attention or waits.",
    ],
    [{ kind: "no-plan", wanted: "approve" }, "There is no plan to approve yet."],
    [
      { kind: "plan-settled", wanted: "approve", stage: "executing" },
      "This feature is executing; its plan was approved.",
    ],
    [
      { kind: "plan-settled", wanted: "change", stage: "executing" },
      "This feature is executing; its plan can no longer be changed.",
    ],
    [{ kind: "not-ready" }, "Headgate cannot start here yet. Comment /headgate resume to check again."],
    [
      { kind: "other-version", named: 1, current: 2 },
      "That would approve version 1. The plan is version 2 now. Look at it, then comment /headgate approve 2.",
    ],
    [{ kind: "planned-anew" }, "Headgate is making another plan. Look at that one, then approve it."],
    [
      { kind: "plan-unseen", current: 1 },
      "You wrote that before the current plan was posted. The plan is version 1 now. Look at it, then comment /headgate approve 1.",
    ],
    [
      { kind: "rollback-unseen" },
      "You wrote that before the reverts of what was merged had begun. They go on; comment /headgate cancel again to stop them.",
    ],
    [
      { kind: "plan-invalid", problems: [{ kind: "no-tasks" }, { kind: "duplicate-id", id: "a" }] },
      "That plan cannot be carried out: a plan has at least one task; task 'a' is listed more than once.",
    ],
  ])("says why, and what to do: %j", (refusal, text) => {
    expect(refusalText(refusal)).toBe(text);
  });
});
