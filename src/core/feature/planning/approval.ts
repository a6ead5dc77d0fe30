/**
 * Consent binds to what a person saw: a label to the issue's text at that moment, an approval to the version of the plan that
 * the issue showed when the approval was written.
 */
import { analyse } from "../../analysis/index.ts";
import type { Draft, EventOf, Reaction } from "../draft.ts";
import { landsTogether, makeLandBranch, unpark } from "../landing/targets.ts";
import type { Refusal } from "../refusal.ts";
import type { FeatureState } from "../state.ts";
import { isOver, isPlannedAnew, plannedTasks } from "../state.ts";
import { moveFeature } from "../transitions.ts";
import { showPlan } from "./showing.ts";

/** Analyses the feature's plan. null: it has none. */
export function analysisOf(state: FeatureState) {
  if (state.policy === null || state.plan === null) return null;
  return analyse(plannedTasks(state), state.policy, state.prices);
}

/** Returns true where a person has to approve the plan. */
export function mustAsk(state: FeatureState): boolean {
  const { policy, edited } = state;
  if (policy === null || edited !== null) return true;
  switch (policy.approve.when) {
    case "always":
      return true;
    case "never":
      return false;
    case "over-budget": {
      // A plan that people wrote costs as much as a model's, so its source does not matter.
      const expected = analysisOf(state)?.usd.expected ?? null;
      return expected === null || expected > policy.approve.usd;
    }
  }
}

/** Starts the proposed plan. `by`: who approved it; null: nobody had to. */
export function approve(draft: Draft, by: string | null): void {
  const { state } = draft;
  if (state.stage !== "proposed") return;
  const { policy, base, plan } = state;
  moveFeature(state, { type: "APPROVE" }, { stage: "executing", policy, base, plan: { ...plan, approvedBy: by } });
  if (landsTogether(state)) makeLandBranch(draft);
  const { version } = plan;
  if (isFiled(state) && state.tasks.length > 1) {
    const tasks = plannedTasks(state);
    draft.effects.push({ type: "plan.file", repo: state.repo, issue: state.issue.number, version, tasks });
  }
  showPlan(draft);
}

/** Returns true where Headgate files the plan as sub-issues. Plans that people filed are not filed again. */
export function isFiled({ policy, plan }: FeatureState): boolean {
  return policy?.plan.publish === "sub-issues" && plan?.source === "model";
}

/** Approves the plan. Returns null, or why not. `writtenAt`: when the approval was written, by GitHub's clock. */
export function approveCommand(draft: Draft, by: string, version: number | null, writtenAt: number): Refusal | null {
  const { state } = draft;
  if (state.stage === "planning") return { kind: "no-plan", wanted: "approve" };
  if (state.stage !== "proposed") return { kind: "plan-settled", wanted: "approve", stage: state.stage };
  const { version: current, shownAt } = state.plan;
  if (version !== null && version !== current) return { kind: "other-version", named: version, current };
  if (isPlannedAnew(state)) return { kind: "planned-anew" };
  // GitHub's times are whole seconds, so an approval of the same second may be about the previous version.
  const seen = shownAt !== null && writtenAt > shownAt;
  if (version === null && !seen) return { kind: "plan-unseen", current };
  unpark(draft);
  approve(draft, by);
  return null;
}

/** Takes the edited text as the issue's text. Call it when a person with write access has asked for a plan of it. */
export function takeEditedText(state: FeatureState): void {
  if (state.edited === null) return;
  state.issue = { ...state.issue, ...state.edited };
  state.edited = null;
}

/** Records that the issue was edited after a person consented to its text. */
export function onIssueEdited(draft: Draft, event: EventOf<"issue.edited">): Reaction {
  const { state } = draft;
  if (isOver(state)) return "not-accepted-here";
  const { title, body } = event;
  const before = state.edited ?? state.issue;
  if (before.title === title && before.body === body) return "duplicate";
  const isBack = state.issue.title === title && state.issue.body === body;
  state.edited = isBack ? null : { title, body };
  showPlan(draft);
  return null;
}
