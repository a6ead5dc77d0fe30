/**
 * Reads the checks of a commit with who made each. Jobs come from their workflow runs: a job's token can create a check run under
 * any name, in any suite of the commit, and in the list of check runs it then looks like a job, or hides one. On GitHub the id of a
 * job is the id of its check run.
 */
import { z } from "zod";
import { ATTEMPT_WORKFLOW } from "../../core/attempt.ts";
import { Check, type NeededJob, type Repo } from "../../core/github.ts";
import { neededJobs } from "../../core/workflow/needs.ts";
import type { GitHub } from "../../loop/github-port.ts";
import { workflowPath } from "../attempts.ts";
import type { Calls } from "../calls.ts";
import { type WorkflowFiles, workflowAt } from "./workflow-files.ts";

// A conclusion that GitHub adds later must neither count as green nor make the pull request unreadable.
const Conclusion = Check.shape.conclusion.catch("action_required");
const Times = { started_at: z.string().nullish(), completed_at: z.string().nullish() };
const CheckRun = z.object({
  id: z.number().int(),
  name: z.string(),
  status: z.string(),
  conclusion: Conclusion,
  details_url: z.string().nullish(),
  html_url: z.string().nullish(),
  ...Times,
  app: z.object({ id: z.number().int() }).nullable(),
  check_suite: z.object({ id: z.number().int() }).nullable(),
});
type CheckRun = z.infer<typeof CheckRun>;
const Status = z.object({
  context: z.string(),
  state: z.enum(["success", "failure", "error", "pending"]),
  target_url: z.string().nullish(),
  created_at: z.string(),
  updated_at: z.string(),
  creator: z.object({ login: z.string() }).nullish(),
});
const Run = z
  .object({
    id: z.number().int(),
    check_suite_id: z.number().int().optional(),
    path: z.string(),
    event: z.string(),
    status: z.string().nullable(),
    conclusion: z.string().nullable(),
  })
  .transform(({ path, ...run }) => ({ ...run, workflow: workflowPath(path) }));
export type WorkflowRun = z.infer<typeof Run>;
const Job = z.object({
  id: z.number().int(),
  name: z.string(),
  status: z.string(),
  conclusion: Conclusion,
  html_url: z.string().nullish(),
  ...Times,
});
type Job = z.infer<typeof Job>;

export function createCheckReader(
  calls: Calls,
  ownAppId: number,
  files: WorkflowFiles,
): Pick<GitHub, "checks" | "jobs"> {
  async function readAll(repo: Repo, sha: string, groups: readonly WorkflowRun[][]): Promise<Check[]> {
    const found = await Promise.all(
      groups.map((same) => readLatest(same, (run) => readJobs(calls, files, repo, sha, run))),
    );
    return found.flat();
  }

  return {
    async checks(repo, sha) {
      const [checkRuns, statuses] = await Promise.all([
        // GitHub's `latest` filter works per suite.
        calls.all(
          repo,
          "GET /repos/{owner}/{repo}/commits/{sha}/check-runs",
          { sha, filter: "latest" },
          CheckRun,
          "check_runs",
        ),
        // The combined status has no creators.
        calls.all(repo, "GET /repos/{owner}/{repo}/commits/{sha}/statuses", { sha }, Status),
      ]);
      // Read after the check runs. A job that starts between the two would otherwise look like a check run that no job has.
      const runs = await runsOf(calls, repo, sha);
      const jobs = await readAll(repo, sha, judging(runs));
      // Attempts run on the default branch's head. Their checks judge an agent's work, not this commit.
      const attempts = new Set(
        runs.filter(({ workflow }) => workflow === ATTEMPT_WORKFLOW).map((run) => run.check_suite_id),
      );
      const ids = new Set(jobs.map(({ id }) => id));
      const others = checkRuns.filter(
        ({ id, app, check_suite: suite }) => !ids.has(id) && app?.id !== ownAppId && !attempts.has(suite?.id),
      );
      return [...jobs, ...latestOfApps(others), ...latestStatuses(statuses)];
    },

    jobs: (repo, sha, run) => readJobs(calls, files, repo, sha, run),
  };
}

function judging(runs: readonly WorkflowRun[]): WorkflowRun[][] {
  return byWorkflowAndEvent(runs.filter(({ workflow }) => workflow !== ATTEMPT_WORKFLOW));
}

export function workflowAndEvent({ workflow, event }: { workflow: string; event: string }): string {
  return JSON.stringify([workflow, event]);
}

/** Returns the runs of each workflow and event, newest first. A newer one may have cancelled the older ones. */
export async function runsByWorkflow(calls: Calls, repo: Repo, sha: string): Promise<WorkflowRun[][]> {
  return byWorkflowAndEvent(await runsOf(calls, repo, sha));
}

function byWorkflowAndEvent(runs: readonly WorkflowRun[]): WorkflowRun[][] {
  const ordered = runs.toSorted((left, right) => right.id - left.id);
  return [...Map.groupBy(ordered, workflowAndEvent).values()];
}

/** Older runs that are read where the newest skipped a job. */
const MAX_OLDER = 5;

/**
 * Returns the jobs of the newest run. A job that it skipped is taken from the newest run that did not: a label or a comment may
 * start a run that skips what a commit's own run judged.
 */
async function readLatest(
  [newest, ...older]: readonly WorkflowRun[],
  read: (run: WorkflowRun) => Promise<Check[]>,
): Promise<Check[]> {
  let found = newest === undefined ? [] : await read(newest);
  for (const run of older.slice(0, MAX_OLDER)) {
    const hasRun = new Set(found.filter(({ conclusion }) => conclusion !== "skipped").map(({ name }) => name));
    if (found.every(({ name }) => hasRun.has(name))) break;
    const earlier = (await read(run)).filter(({ name, conclusion }) => !hasRun.has(name) && conclusion !== "skipped");
    const replaced = new Set(earlier.map(({ name }) => name));
    found = [...found.filter(({ name }) => !replaced.has(name)), ...earlier];
  }
  return found;
}

function runsOf(calls: Calls, repo: Repo, sha: string): Promise<WorkflowRun[]> {
  return calls.all(repo, "GET /repos/{owner}/{repo}/actions/runs", { head_sha: sha }, Run, "workflow_runs");
}

async function readJobs(
  calls: Calls,
  files: WorkflowFiles,
  repo: Repo,
  sha: string,
  run: Pick<WorkflowRun, "id" | "workflow" | "event">,
): Promise<Check[]> {
  const route = "GET /repos/{owner}/{repo}/actions/runs/{run}/jobs";
  const jobs = await calls.all(repo, route, { run: run.id, filter: "latest" }, Job, "jobs");
  const ends = jobs.map(({ id, name, ...job }): NeededJob => ({ id, name, conclusion: conclusionOfRun(job) }));
  const skips = ends.some(({ conclusion }) => conclusion === "skipped");
  const workflow = skips ? await workflowAt(files, repo, sha, run.workflow) : null;
  return jobs.map((job, index) => {
    const end = ends[index];
    const needs = end?.conclusion === "skipped" ? neededJobs(workflow, end, ends) : [];
    return fromJob(job, run, needs);
  });
}

function fromJob(
  job: Job,
  { id: run, workflow, event }: Pick<WorkflowRun, "id" | "workflow" | "event">,
  needs: NeededJob[],
): Check {
  return {
    name: job.name,
    producer: { kind: "job", workflow, event, run, needs },
    conclusion: conclusionOfRun(job),
    url: job.html_url ?? null,
    id: job.id,
    startedAt: time(job.started_at),
    completedAt: time(job.completed_at),
  };
}

/** Returns the latest check run of each App and name. */
function latestOfApps(checkRuns: readonly CheckRun[]): Check[] {
  const latest = new Map<string, Check>();
  for (const checkRun of checkRuns.toSorted((left, right) => left.id - right.id)) {
    const appId = checkRun.app?.id ?? null;
    latest.set(JSON.stringify([appId, checkRun.name]), {
      name: checkRun.name,
      producer: { kind: "app", appId },
      conclusion: conclusionOfRun(checkRun),
      url: checkRun.details_url ?? checkRun.html_url ?? null,
      id: checkRun.id,
      startedAt: time(checkRun.started_at),
      completedAt: time(checkRun.completed_at),
    });
  }
  return [...latest.values()];
}

function conclusionOfRun({ status, conclusion }: Pick<Job, "status" | "conclusion">): Check["conclusion"] {
  return status === "completed" ? conclusion : null;
}

/**
 * Returns the latest status of each context and creator. GitHub shows only the latest of each context, so that a forged one hides
 * the real one.
 */
function latestStatuses(statuses: readonly z.infer<typeof Status>[]): Check[] {
  const latest = new Map<string, Check>();
  // GitHub lists the newest first.
  for (const status of statuses.toReversed()) {
    const creator = status.creator?.login ?? null;
    latest.set(JSON.stringify([creator, status.context]), {
      name: status.context,
      producer: { kind: "status", creator },
      conclusion: conclusionOf(status.state),
      url: status.target_url ?? null,
      id: null,
      startedAt: time(status.created_at),
      completedAt: status.state === "pending" ? null : time(status.updated_at),
    });
  }
  return [...latest.values()];
}

function conclusionOf(state: z.infer<typeof Status>["state"]): Check["conclusion"] {
  switch (state) {
    case "success":
      return "success";
    case "failure":
    case "error":
      return "failure";
    case "pending":
      return null;
  }
}

export function time(iso: string | null | undefined): number | null {
  return iso === null || iso === undefined ? null : Date.parse(iso);
}
