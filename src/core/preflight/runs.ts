/** Says which workflows run for a pull of ours, by their triggers and filters. */
import type { Facts, Workflow } from "./facts.ts";
import { branchPasses } from "./filters.ts";

export type Runs = "always" | "sometimes" | "never";

/** Counts workflows that pulls start with the base's own code: they report on the pulls all the same. */
export function reportsOnPulls(workflow: Workflow, facts: Facts): Runs {
  const { pullRequestTarget } = workflow;
  const targeted = pullRequestTarget !== null && branchPasses(pullRequestTarget, facts.base);
  if (targeted && !pullRequestTarget.paths) return "always";
  const runs = runsOnPulls(workflow, facts);
  return targeted && runs === "never" ? "sometimes" : runs;
}

/** A check counts by its commit: a push to the task's branch makes it as well as the pull does. */
export function runsOnPulls({ pullRequest, push }: Workflow, { base, branch }: Facts): Runs {
  const starts: Runs[] = [];
  if (pullRequest !== null && branchPasses(pullRequest, base)) {
    // Without `synchronize` the first head is checked, and none that comes after a repair or an update.
    const types = pullRequest.types ?? ["opened", "synchronize", "reopened"];
    const follows = types.includes("opened") && types.includes("synchronize");
    starts.push(follows ? (pullRequest.paths ? "sometimes" : "always") : "sometimes");
  }
  if (push !== null && branchPasses(push, branch)) starts.push(push.paths ? "sometimes" : "always");
  if (starts.includes("always")) return "always";
  return starts.includes("sometimes") ? "sometimes" : "never";
}
