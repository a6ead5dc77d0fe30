/** Ends a feature when all its tasks are done, or all its merges are reverted. */
import type { Draft } from "../draft.ts";
import { isWhole } from "../landing/targets.ts";
import { isFiled } from "../planning/approval.ts";
import { moveFeature } from "../transitions.ts";

export function completeFeature({ state, at, effects }: Draft): void {
  // A lane may still merge what was left out.
  if (state.stage !== "executing" || state.awaiting.length > 0 || !state.tasks.every((task) => task.stage === "done"))
    return;
  const { policy, base, plan } = state;
  moveFeature(state, { type: "FINISH" }, { stage: "completed", policy, base, plan, endedAt: at });
  effects.push({ type: "timer.cancel", timer: "sweep" });
  const unknown = isFiled(state) ? state.tasks.filter((task) => task.subIssue === undefined && !isWhole(task)) : [];
  const tasks = unknown.map((task) => task.plan.id);
  effects.push({ type: "issue.close", repo: state.repo, issue: state.issue.number, tasks });
}

/** Ends a rollback once every merge is reverted, and each lane has reported what it still merged. */
export function endRollback({ state, at, effects }: Draft): void {
  if (state.stage !== "rolling-back" || state.awaiting.length > 0) return;
  const undos = state.tasks.filter((task) => task.undoes !== null);
  if (!undos.every((task) => task.stage === "done")) return;
  const { policy, base, plan, endedBy } = state;
  moveFeature(state, { type: "FAIL" }, { stage: "failed", policy, base, plan, endedBy, endedAt: at, leftBy: null });
  effects.push({ type: "timer.cancel", timer: "sweep" });
}
