/**
 * Puts the jobs of called workflows in the place of the jobs that call them, under the names that GitHub reports: `caller /
 * called`. A call whose file is not known keeps a name of which only `caller / ` is certain.
 */
import type { Workflow, WorkflowJob } from "../preflight/facts.ts";

/** GitHub's own limit. Deeper calls, and those that come back to a file, stay unknown. */
const MAX_DEPTH = 10;
/** Files that call each other twice at every level would have a thousand jobs. */
const MAX_JOBS = 500;

export type FindWorkflow = (path: string) => Workflow | null;

export function withCalled(workflow: Workflow, find: FindWorkflow): Workflow {
  const room = { jobs: MAX_JOBS };
  const expand = (jobs: readonly WorkflowJob[], chain: readonly string[]): WorkflowJob[] =>
    jobs.flatMap((job) => {
      const path = localPath(job.calls);
      const callee = path === null || chain.includes(path) || chain.length > MAX_DEPTH ? null : find(path);
      if (path === null || callee === null || callee.jobs.length > room.jobs) return [job];
      room.jobs -= callee.jobs.length;
      return inPlaceOf(job, expand(callee.jobs, [...chain, path]));
    });
  return { ...workflow, jobs: expand(workflow.jobs, [workflow.path]) };
}

/** Returns the paths of the files of the same commit that the workflow calls itself. */
export function calledPaths({ jobs }: Pick<Workflow, "jobs">): string[] {
  return [...new Set(jobs.flatMap((job) => localPath(job.calls) ?? []))];
}

/** A file of another repository, or of another commit of this one, is not read. */
function localPath(calls: string | null): string | null {
  return calls?.startsWith("./") === true ? calls.slice(2) : null;
}

/** The caller itself reports only where it is skipped. A job that needs it needs all jobs of the call. */
function inPlaceOf(caller: WorkflowJob, called: readonly WorkflowJob[]): WorkflowJob[] {
  const { skippedName, secrets, environment } = caller;
  const prefix = [...caller.checkName.slice(0, -UNKNOWN_CALL.length), " / "];
  const idOf = (id: string) => `${caller.id} / ${id}`;
  const needs = [...caller.needs, ...called.map(({ id }) => idOf(id))];
  // Secrets that the caller hands on are among those that it reads. Its token goes to the called jobs.
  // The jobs that stand beside the call have what it might take, unless it hands on the head.
  const takesHead: WorkflowJob["takesHead"] = caller.takesHead === "yes" ? "yes" : "no";
  const own = { writes: [], runner: { kind: "hosted" as const, shown: "" }, takesHead, commands: [], uses: [] };
  const given = { ...own, secrets, environment, names: null, groups: caller.groups };
  const inner = called.map((job): WorkflowJob => {
    return {
      id: idOf(job.id),
      needs: [...job.needs.map(idOf), ...caller.needs],
      calls: job.calls,
      checkName: job.checkName.length === 0 ? [] : [...prefix, ...job.checkName],
      skippedName: [...prefix, ...job.skippedName],
      names: null,
      groups: [...caller.groups, ...job.groups],
      secrets: [],
      writes: job.writes ?? caller.writes,
      runner: job.runner,
      environment: job.environment,
      takesHead: job.takesHead,
      commands: [...caller.commands, ...job.commands],
      uses: job.uses,
    };
  });
  return [{ id: caller.id, needs, calls: null, checkName: [], skippedName, ...given }, ...inner];
}

/** How the name of a job ends that calls a workflow whose jobs are not known. */
export const UNKNOWN_CALL: readonly (string | null)[] = [" / ", null];
