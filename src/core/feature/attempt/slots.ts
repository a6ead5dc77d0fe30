/** Computes how many attempts may run at the same time. */
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

/** Counts the pulls whose checks run, or will soon. */
export function checkedPulls(state: FeatureState): number {
  return state.tasks.filter((task) => task.stage === "promoting" || (task.stage === "in-lane" && task.entry.checking))
    .length;
}

/** Returns the jobs of GitHub Actions that checks leave for attempts; 0 while checks take all of them, until they end. */
function jobsFor(state: FeatureState, { actions }: Policy): number {
  if (actions.slots === null) return Number.POSITIVE_INFINITY;
  return Math.max(0, actions.slots - actions.ciJobs * checkedPulls(state));
}
