/** The plan comment: that it is brought up to date, and since when people can read it. */
import type { FeatureEvent } from "../../event.ts";
import type { Draft, Reaction } from "../draft.ts";
import { isPlannedAnew } from "../state.ts";

export function showPlan(draft: Draft): void {
  const { state } = draft;
  if (state.plan === null) return;
  const { version } = state.plan;
  draft.effects.push({ type: "plan.publish", repo: state.repo, issue: state.issue.number, version });
}

/** No other plan came of asking: the one there is counts again, under a number that no answer still on its way has. */
export function keepPlan(draft: Draft): void {
  const { state } = draft;
  if (state.stage !== "proposed" || state.plan === null || !isPlannedAnew(state)) return;
  state.planVersion += 1;
  state.plan.version = state.planVersion;
  state.plan.shownAt = null;
  showPlan(draft);
}

export function planShown({ state, at }: Draft, event: Extract<FeatureEvent, { type: "plan.shown" }>): Reaction {
  if (state.plan === null || state.plan.version !== event.version) return "superseded";
  state.plan.shownAt = at;
  return null;
}
