/** Cancels a feature for good. What has landed stays, or is reverted where the policy is rollback. */
import { cancelAttempt } from "../attempt/runs.ts";
import { type Draft, hasPlan, nextRound } from "../draft.ts";
import { addUndo, takesBack } from "../landing/rollback.ts";
import { sendToLanes } from "../landing/submitting.ts";
import { refreshTargets } from "../landing/targets.ts";
import type { Refusal } from "../refusal.ts";
import { isActive } from "../stages.ts";
import { isOver } from "../state.ts";
import { landingOf, type Task } from "../task.ts";
import { moveFeature, moveTask } from "../transitions.ts";

/**
 * Cancels by command; during a rollback this ends the rollback. Returns null, or why not. `writtenAt`: in whole seconds of GitHub's
 * clock. People who cancel twice before anything happens want the reverts.
 */
export function cancelCommand(draft: Draft, by: string, writtenAt: number): Refusal | null {
  const { state } = draft;
  if (isOver(state)) return { kind: "over", verb: "cancel", stage: state.stage };
  if (state.stage === "rolling-back" && writtenAt <= state.since) return { kind: "rollback-unseen" };
  cancelFeature(draft, by);
  return null;
}

/** Cancels the feature, or ends its rollback. */
export function cancelFeature(draft: Draft, by: string): void {
  const { state } = draft;
  const planning = state.stage === "planning";
  const revert = takesBack(state);
  if (!giveUp(draft, revert, by)) return;
  if (planning) draft.effects.push({ type: "withdraw", key: `plan.make:${state.planVersion}` });
  state.hold = null;
  // A failed observation may have parked the feature, and the reverts start from the tip that it would have read.
  if (state.parked !== null && state.stage === "rolling-back") refreshTargets(draft);
  state.parked = null;
  state.mergingStopped = false;
  // A lane that was asked about a task that was left out still answers.
  if (state.stage !== "rolling-back") state.awaiting = [];
  state.stoppedIn = nextRound(state);
  for (const task of state.tasks) cancelTask(draft, task);
  const key = `cancel:${state.key}`;
  sendToLanes(draft, { type: "entry.withdrawn", feature: state.key, task: null }, `${key}:${draft.eventId}`);
  if (state.stage === "rolling-back") {
    for (const task of state.awaiting) {
      sendToLanes(draft, { type: "entry.withdrawn", feature: state.key, task }, `${key}:${task}:${draft.eventId}`);
    }
    if (hasPlan(draft)) for (const id of revert ?? []) addUndo(draft, id);
    return;
  }
  if (state.land !== null) {
    draft.effects.push({ type: "branch.delete", repo: state.repo, branch: state.land.branch });
  }
  draft.effects.push({ type: "timer.cancel", timer: "sweep" });
}

/** Moves the feature to its end, or to a rollback first. Cancelling a rollback ends it and leaves the branch as it is. */
function giveUp({ state, at }: Draft, revert: string[] | null, by: string): boolean {
  if (state.stage === "rolling-back") {
    const { policy, base, plan, endedBy } = state;
    const end = { endedAt: at, endedBy, leftBy: by };
    return moveFeature(state, { type: "FAIL" }, { stage: "failed", policy, base, plan, ...end });
  }
  if (state.stage === "executing" && revert !== null && (revert.length > 0 || state.tasks.some(mayBeMerging))) {
    const { policy, base, plan } = state;
    const start = { endedBy: by, since: at };
    return moveFeature(state, { type: "ROLL_BACK" }, { stage: "rolling-back", policy, base, plan, ...start });
  }
  const { policy, base, plan } = state;
  return moveFeature(state, { type: "CANCEL" }, { stage: "cancelled", policy, base, plan, endedAt: at, endedBy: by });
}

function cancelTask(draft: Draft, task: Task): void {
  const { state } = draft;
  if (isActive(task.stage) && hasPlan(draft)) cancelAttempt(draft, task);
  // Its lane may be merging it at this moment.
  if (state.stage === "rolling-back" && mayBeMerging(task)) state.awaiting.push(task.plan.id);
  const { pull } = task;
  if (moveTask(task, { type: "CANCEL" }, { stage: "cancelled", landing: null }) && pull !== null) {
    draft.effects.push({ type: "pull.close", repo: state.repo, pull });
  }
}

/** A lane has its entry. Also one that is away for a repair: a person may have merged it. */
function mayBeMerging(task: Task): boolean {
  return task.pull !== null && landingOf(task) === null && task.stage !== "done";
}
