/** Refreshes the plan comment, and records since when people can read it, and as which sub-issues. */
import type { Draft, EventOf, Reaction } from "../draft.ts";
import { findTask, isOver, isPlannedAnew } from "../state.ts";

export function showPlan(draft: Draft): void {
  const { state } = draft;
  if (state.plan === null) return;
  const { version } = state.plan;
  draft.effects.push({ type: "plan.publish", repo: state.repo, issue: state.issue.number, version });
}

/** Keeps the present plan after asking for another failed. Takes a new version, so that a late answer cannot match it. */
export function keepPlan(draft: Draft): void {
  const { state } = draft;
  if (state.stage !== "proposed" || !isPlannedAnew(state)) return;
  state.planVersion += 1;
  state.plan.version = state.planVersion;
  state.plan.shownAt = null;
  showPlan(draft);
}

/** Records the sub-issues that the plan's tasks were filed as. */
export function onPlanFiled({ state }: Draft, { version, subIssues }: EventOf<"plan.filed">): Reaction {
  if (state.plan === null || state.plan.version !== version || isOver(state)) return "superseded";
  for (const { task: id, issue } of subIssues) {
    const task = findTask(state, id);
    if (task?.subIssue === undefined && task !== undefined) task.subIssue = { state: "open", number: issue };
  }
  return null;
}

export function onPlanShown({ state, at }: Draft, event: EventOf<"plan.shown">): Reaction {
  if (state.plan === null || state.plan.version !== event.version) return "superseded";
  state.plan.shownAt = at;
  return null;
}
