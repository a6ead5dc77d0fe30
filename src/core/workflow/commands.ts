/** Finds what the required checks run, as far as the base's workflow files show. */
import { ACTIONS_APP, type PullSnapshot, type RequiredCheck } from "../github.ts";
import type { Workflow, WorkflowJob } from "../preflight/facts.ts";
import type { CheckCommand } from "../promotion/commands.ts";
import { jobsNamed } from "./names.ts";
import { closure } from "./needs.ts";

export interface RequiredRuns {
  commands: CheckCommand[];
  /** Paths of local actions that the jobs use. */
  actions: string[];
}

/**
 * Returns the commands of the jobs that yield a required check, and of the jobs that those need. Where no file shows which job
 * yields one, every job that a pull starts may.
 */
export function requiredRuns(
  workflows: readonly Workflow[],
  required: readonly RequiredCheck[],
  producers: PullSnapshot["producers"],
): RequiredRuns {
  const found = new Set<WorkflowJob>();
  for (const check of required) {
    if (!mayBeJob(check, producers)) continue;
    const yielding = workflows.flatMap((workflow) => withNeeds(workflow, jobsNamed(workflow.jobs, check.name)));
    const all = workflows.filter(({ pullRequest }) => pullRequest !== null).flatMap(({ jobs }) => jobs);
    for (const job of yielding.length > 0 ? yielding : all) found.add(job);
  }
  const actions = new Set<string>();
  for (const job of found) {
    for (const path of job.uses) {
      // A Set visits what is added to it meanwhile, so that workflows that call workflows are followed.
      const called = workflows.find((workflow) => workflow.path === path);
      if (called === undefined) actions.add(path);
      else for (const each of called.jobs) found.add(each);
    }
  }
  return { commands: [...found].flatMap(({ commands }) => commands), actions: [...actions] };
}

function mayBeJob({ name, appId }: RequiredCheck, producers: PullSnapshot["producers"]): boolean {
  if (appId !== null) return appId === ACTIONS_APP;
  const kind = producers.find(({ check }) => check === name)?.producer.kind ?? "unknown";
  return kind === "job" || kind === "unknown";
}

function withNeeds({ jobs }: Workflow, wanted: readonly WorkflowJob[]): WorkflowJob[] {
  const needed = closure(jobs, wanted);
  return jobs.filter((job) => wanted.includes(job) || needed.has(job.id));
}
