/** The plan comment: that it is brought up to date, and since when people can read it. */
import type { FeatureEvent } from "../../event.ts";
import type { Draft, Reaction } from "../draft.ts";

export function showPlan(draft: Draft): void {
  const { state } = draft;
  if (state.plan === null) return;
  const { version } = state.plan;
  draft.commands.push({ type: "plan.publish", repo: state.repo, issue: state.issue.number, version });
}

export function planShown({ state, at }: Draft, event: Extract<FeatureEvent, { type: "plan.shown" }>): Reaction {
  if (state.plan === null || state.plan.version !== event.version) return "superseded";
  state.plan.shownAt = at;
  return null;
}
