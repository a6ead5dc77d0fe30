/** Finds the jobs that a skipped job needs, directly or not, among the jobs of its workflow run. */
import { MAX_NEEDS, type NeededJob } from "../github.ts";
import type { Workflow, WorkflowJob } from "../preflight/facts.ts";
import { jobsNamed } from "./names.ts";

/**
 * `workflow` null: the file cannot be read. `jobs`: all jobs of the run. A job that fits no job of the file counts as needed, and
 * so does every other job of a called workflow, whose file is not read: an unknown job must not pass for one that is not needed.
 */
export function neededJobs(workflow: Workflow | null, skipped: NeededJob, jobs: readonly NeededJob[]): NeededJob[] {
  const others = jobs.filter((job) => job.id !== skipped.id);
  const own = workflow === null ? [] : jobsNamed(workflow.jobs, skipped.name);
  if (workflow === null || own.length === 0) return shortened(others);
  const needed = closure(workflow.jobs, own);
  return shortened(
    others.filter((job) => {
      const makers = jobsNamed(workflow.jobs, job.name);
      return (
        makers.length === 0 ||
        makers.some((maker) => needed.has(maker.id) || (maker.calls !== null && own.includes(maker)))
      );
    }),
  );
}

/** Returns the ids of the jobs that these need, directly or not. */
export function closure(jobs: readonly WorkflowJob[], from: readonly WorkflowJob[]): Set<string> {
  const found = new Set<string>();
  const open = from.flatMap((job) => job.needs);
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    open.push(...(jobs.find((job) => job.id === id)?.needs ?? []));
  }
  return found;
}

/** Keeps those that did not pass: a hundred jobs of a matrix must not push the red one out. */
function shortened(jobs: NeededJob[]): NeededJob[] {
  const passed = ({ conclusion }: NeededJob) => conclusion === "success" || conclusion === "skipped";
  return jobs.toSorted((left, right) => Number(passed(left)) - Number(passed(right))).slice(0, MAX_NEEDS);
}
