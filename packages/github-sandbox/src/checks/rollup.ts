/** Sums up the check runs of a suite. */
import type { CheckRun, CheckStatus, CheckSuite, Conclusion } from "../store/entities.ts";
import type { Store } from "../store/store.ts";

/**
 * Returns the newest run of each name in each suite, as GitHub's `filter=latest` does: a check that ran again counts by it. The
 * oldest name comes first.
 */
export function latestRuns(runs: readonly CheckRun[]): CheckRun[] {
  const latest = new Map<string, CheckRun>();
  for (const run of [...runs].sort((a, b) => a.id - b.id)) latest.set(`${run.suiteId}:${run.name}`, run);
  return [...latest.values()];
}

/** A suite has the worst conclusion of its runs. */
const worstFirst: Conclusion[] = [
  "startup_failure",
  "failure",
  "timed_out",
  "action_required",
  "cancelled",
  "stale",
  "success",
  "neutral",
  "skipped",
];

export function rollup(store: Store, suite: CheckSuite): { status: CheckStatus; conclusion: Conclusion | null } {
  // A suite of Actions follows its workflow run. That may have jobs to come, or none at all if it cannot start.
  const workflowRun = suite.workflowRunId === null ? undefined : store.table("runs").get(suite.workflowRunId);
  if (workflowRun !== undefined) {
    const { status, conclusion } = workflowRun;
    return { status: status === "completed" || status === "in_progress" ? status : "queued", conclusion };
  }
  const runs = latestRuns(store.table("checkRuns").filter((run) => run.suiteId === suite.id));
  if (runs.length === 0) return { status: "queued", conclusion: null };
  if (runs.every((run) => run.status === "completed")) {
    const conclusion = worstFirst.find((candidate) => runs.some((run) => run.conclusion === candidate)) ?? null;
    return { status: "completed", conclusion };
  }
  const started = runs.some((run) => run.status !== "queued");
  return { status: started ? "in_progress" : "queued", conclusion: null };
}
