/** Starts a run of one workflow file, or records why it cannot start. */
import type { Conclusion, Job, Repository, User, WorkflowRun } from "../../store/entities.ts";
import { evaluateText } from "../parse/expressions.ts";
import { typedInputs } from "../parse/inputs.ts";
import type { WorkflowSpec } from "../parse/model.ts";
import type { ParseResult } from "../parse/workflow.ts";
import type { WorkflowFile } from "../parse/workflow-files.ts";
import { type FilePlace, findCalls, type ReadyWorkflow } from "./calls.ts";
import { githubContext } from "./github-context.ts";
import { LiveRun } from "./live-run.ts";
import type { RunScope, Scheduler } from "./scheduler.ts";
import { recordWorkflow } from "./workflows.ts";

/** The cause of a run, with its commits. */
export interface Cause {
  event: string;
  /** The event's payload, for `github.event`. */
  payload: Record<string, unknown>;
  actor: User;
  headSha: string;
  headBranch: string | null;
  /** The commit that the workflow file is read from and that jobs check out. */
  checkoutSha: string;
  definition: WorkflowRun["definition"];
  ref: string;
  pullNumbers: number[];
  inputs: Record<string, string>;
}

/**
 * Why a run has no job. GitHub concludes `failure` for a file that it cannot read, and `startup_failure` for one whose calls it
 * cannot resolve (https://github.com/kubestellar/docs/issues/6171).
 */
interface NotReady {
  failure: string;
  conclusion: Conclusion;
}

/** Finds everything that the workflow calls, or why it cannot run. */
async function readyWorkflow(
  scheduler: Scheduler,
  place: FilePlace,
  parsed: ParseResult,
): Promise<ReadyWorkflow | NotReady> {
  if ("errors" in parsed) return { failure: parsed.errors.join("\n"), conclusion: "failure" };
  const ready = await findCalls(scheduler, parsed.workflow, place);
  return "error" in ready ? { failure: ready.error, conclusion: "startup_failure" } : ready;
}

/** Finds where a run's workflow file lies: in its own repository, or where a ruleset demands it from. */
export function definitionOf(
  scheduler: Scheduler,
  repository: Repository,
  run: Pick<WorkflowRun, "checkoutSha" | "definition">,
): FilePlace {
  const elsewhere = run.definition;
  const source =
    elsewhere === null ? undefined : scheduler.host.store.table("repositories").get(elsewhere.repositoryId);
  if (elsewhere === null || source === undefined) return { repository, commit: run.checkoutSha };
  return { repository: source, commit: elsewhere.commit };
}

function inputsOf(workflow: WorkflowSpec, run: WorkflowRun): Record<string, unknown> {
  return typedInputs(workflow.dispatchInputs, run.inputs);
}

/** Returns `run-name`, or as on GitHub the pull's title, the commit's first line, or the workflow's name. */
function titleOf(scope: RunScope, workflow: WorkflowSpec): string {
  const { repository, run } = scope;
  const { pull_request: pull, head_commit: commit } = run.payload as {
    pull_request?: { title?: string };
    head_commit?: { message?: string } | null;
  };
  const fallback = pull?.title ?? commit?.message?.split("\n")[0] ?? run.name;
  try {
    const github = githubContext(scope);
    const contexts = { github, inputs: inputsOf(workflow, run), vars: repository.variables };
    return evaluateText(workflow.runName, { contexts, functions: [] }).trim() || fallback;
  } catch {
    // GitHub uses the fallback too when the name cannot be evaluated.
    return fallback;
  }
}

/** Completes a run after a fault of this engine. Otherwise it would never end. */
async function failRun({ scheduler, repository, run }: RunScope, error: unknown): Promise<void> {
  const runs = scheduler.host.store.table("runs");
  runs.put({
    ...(runs.get(run.id) ?? run),
    failure: error instanceof Error ? (error.stack ?? error.message) : String(error),
  });
  await scheduler.records.complete(repository, run.id, "failure");
  throw error;
}

/** Takes the run through its jobs. It is in `runner.live` until it has completed. */
function goLive(scope: RunScope, ready: ReadyWorkflow, previous: readonly Job[]): WorkflowRun {
  const { scheduler, repository, run } = scope;
  const live = new LiveRun(scope, ready, inputsOf(ready.workflow, run), previous);
  scheduler.live.set(run.id, live);
  const group = live.group();
  const turn = group === null ? null : scheduler.groups.enter(repository.id, group, () => live.cancel());
  const status = turn === null || turn.atOnce ? "queued" : "pending";
  const waiting = status === run.status ? run : scheduler.host.store.table("runs").put({ ...run, status });
  if (scheduler.closing) live.cancel(true);
  const finished = live.finish(turn).catch((error: unknown) => failRun(scope, error));
  scheduler.inBackground(finished.finally(() => scheduler.live.delete(run.id)));
  return waiting;
}

export async function startRun(
  scheduler: Scheduler,
  repository: Repository,
  file: WorkflowFile,
  cause: Cause,
): Promise<WorkflowRun> {
  const { host, records } = scheduler;
  const { path, parsed } = file;
  const entity = recordWorkflow(host.store, repository, file);
  const ready = await readyWorkflow(scheduler, definitionOf(scheduler, repository, cause), parsed);
  const { actor, ...rest } = cause;
  const draft = {
    ...rest,
    repositoryId: repository.id,
    workflowId: entity.id,
    workflowPath: path,
    // A file that cannot be read has no name, so its path stands for it.
    name: "errors" in parsed ? path : parsed.workflow.name,
    displayTitle: "",
    actorId: actor.id,
    triggeringActorId: actor.id,
    failure: "failure" in ready ? ready.failure : null,
  };
  const title = (run: WorkflowRun) =>
    "failure" in ready ? run.name : titleOf({ scheduler, repository, run }, ready.workflow);
  const run = await records.create(repository, draft, title);
  if (!("failure" in ready)) return goLive({ scheduler, repository, run }, ready, []);
  await records.complete(repository, run.id, ready.conclusion);
  return host.store.table("runs").get(run.id) ?? run;
}

/** The jobs of a completed run to run again; the jobs that depend on them follow. */
export type Again = "all" | "failed" | Job;

/** Returns the jobs that the next attempt takes over with their results. */
function takenOver({ scheduler, run }: RunScope, again: Again): Job[] {
  if (again === "all") return [];
  const latest = latestJobs(scheduler.host.store.table("jobs").filter((job) => job.runId === run.id));
  if (again === "failed") return latest.filter((job) => job.conclusion === "success");
  return latest.filter((job) => job.key !== again.key);
}

/** Runs a completed run again, in the name of `actor`. */
export async function startAgain(scope: RunScope, again: Again, actor: User): Promise<WorkflowRun> {
  const { scheduler, repository, run } = scope;
  const place = definitionOf(scheduler, repository, run);
  const previous = takenOver(scope, again);
  const attempt = await scheduler.records.startAgain(repository, run, actor);
  const parsed = await scheduler.files.one(place.repository, place.commit, run.workflowPath);
  const ready: ReadyWorkflow | NotReady =
    parsed === null
      ? { conclusion: "failure", failure: `${run.workflowPath} does not exist at ${place.commit}` }
      : await readyWorkflow(scheduler, place, parsed);
  if (!("failure" in ready)) return goLive({ scheduler, repository, run: attempt }, ready, previous);
  scheduler.host.store.table("runs").put({ ...attempt, failure: ready.failure });
  await scheduler.records.complete(repository, run.id, ready.conclusion);
  return attempt;
}

/** Returns the last execution of each job, which a run's newest attempt shows. */
export function latestJobs(jobs: readonly Job[]): Job[] {
  const latest = new Map<string, Job>();
  for (const job of jobs) latest.set(job.key, job);
  return [...latest.values()];
}
