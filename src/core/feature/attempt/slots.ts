/** How many attempts may run at the same time. */
import type { Policy } from "../../policy.ts";
import type { FeatureState } from "../state.ts";

export function slotsOf(state: FeatureState, policy: Policy): number {
  switch (state.breaker.state) {
    case "closed":
      return Math.min(policy.maxParallel, jobsFor(state, policy));
    case "half-open":
      return 1;
    case "open":
      return 0;
  }
}

/** Pulls whose checks run, or soon will. */
export function checkedPulls(state: FeatureState): number {
  return state.tasks.filter((task) => task.stage === "promoting" || (task.stage === "in-lane" && task.entry.checking))
    .length;
}

/**
 * The jobs that GitHub Actions has for attempts. None while checks take them all: those end by themselves, and where none
 * run, at least one job is left.
 */
function jobsFor(state: FeatureState, { actions }: Policy): number {
  if (actions.slots === null) return Number.POSITIVE_INFINITY;
  return Math.max(0, actions.slots - actions.ciJobs * checkedPulls(state));
}
