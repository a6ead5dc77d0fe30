/** Reads the checks of a head: check runs of every App and commit statuses in one list, without Headgate's own. */
import { z } from "zod";
import { ATTEMPT_WORKFLOW } from "../core/attempt.ts";
import type { Repo } from "../core/github.ts";
import { Check } from "../core/github.ts";
import type { GitHub } from "../loop/github-port.ts";
import { workflowPath } from "./attempts.ts";
import type { Calls } from "./calls.ts";
import { saysAlreadyRunning, statusOf, wordsOf } from "./errors.ts";

const CheckRun = z.object({
  id: z.number().int(),
  name: z.string(),
  status: z.string(),
  // A conclusion that GitHub adds later must neither count as green nor make the pull request unreadable.
  conclusion: Check.shape.conclusion.catch("action_required"),
  details_url: z.string().nullish(),
  html_url: z.string().nullish(),
  started_at: z.string().nullish(),
  completed_at: z.string().nullish(),
  app: z.object({ id: z.number().int() }).nullable(),
  check_suite: z.object({ id: z.number().int() }).nullable(),
});
const Status = z.object({
  context: z.string(),
  state: z.enum(["success", "failure", "error", "pending"]),
  target_url: z.string().nullish(),
  created_at: z.string(),
  updated_at: z.string(),
});
const Run = z.object({
  id: z.number().int(),
  check_suite_id: z.number().int().optional(),
  path: z.string(),
  event: z.string(),
  status: z.string().nullable(),
  conclusion: z.string().nullable(),
});
type Run = z.infer<typeof Run>;

/** Returns the latest check for each (app, workflow, event, name). */
export async function readChecks(calls: Calls, repo: Repo, sha: string, ownAppId: number): Promise<Check[]> {
  const [checkRuns, statuses, runs] = await Promise.all([
    // GitHub's `latest` filter works per suite. A second suite of the same workflow and event would add a second check.
    calls.all(
      repo,
      "GET /repos/{owner}/{repo}/commits/{sha}/check-runs",
      { sha, filter: "latest" },
      CheckRun,
      "check_runs",
    ),
    // The combined status already holds the latest status of each context.
    calls.all(repo, "GET /repos/{owner}/{repo}/commits/{sha}/status", { sha }, Status, "statuses"),
    // A check run does not name its workflow. Its suite does.
    runsOf(calls, repo, sha),
  ]);
  const bySuite = new Map(runs.map((run) => [run.check_suite_id, run]));
  const latest = new Map<string, Check>();
  for (const checkRun of checkRuns.toSorted((left, right) => left.id - right.id)) {
    if (checkRun.app?.id === ownAppId) continue;
    const run = checkRun.check_suite === null ? undefined : bySuite.get(checkRun.check_suite.id);
    const check = fromCheckRun(checkRun, run);
    // Attempts run on the default branch's head. Their checks judge an agent's work, not this pull request.
    if (check.workflow === ATTEMPT_WORKFLOW) continue;
    latest.set(JSON.stringify([check.appId, check.workflow, check.event, check.name]), check);
  }
  return [...latest.values(), ...statuses.map(fromStatus)];
}

function runsOf(calls: Calls, repo: Repo, sha: string): Promise<Run[]> {
  return calls.all(repo, "GET /repos/{owner}/{repo}/actions/runs", { head_sha: sha }, Run, "workflow_runs");
}

export function createChecks(calls: Calls, app: { appId: number }): Pick<GitHub, "rerun" | "reportedChecks"> {
  return {
    async reportedChecks(repo, sha) {
      return [...new Set((await readChecks(calls, repo, sha, app.appId)).map((check) => check.name))];
    },

    async rerun(repo, head, checks) {
      const wanted = new Set(checks.map(workflowAndEvent));
      // Only the newest run of each workflow and event counts. A newer run may have cancelled the older ones.
      const newest = new Map<string, Run>();
      for (const run of (await runsOf(calls, repo, head)).toSorted((left, right) => left.id - right.id)) {
        newest.set(workflowAndEvent({ workflow: workflowPath(run.path), event: run.event }), run);
      }
      for (const [key, run] of newest) {
        if (wanted.has(key) && run.status === "completed" && run.conclusion !== "success") await again(repo, run);
      }
    },
  };

  async function again(repo: Repo, run: Run): Promise<void> {
    // A run that never started has no failed jobs to run again.
    const what = run.conclusion === "startup_failure" ? "rerun" : "rerun-failed-jobs";
    try {
      await calls.send(repo, `POST /repos/{owner}/{repo}/actions/runs/{run}/${what}`, { run: run.id });
    } catch (error) {
      if (statusOf(error) !== 403 || !saysAlreadyRunning(wordsOf(error))) throw error;
    }
  }
}

function workflowAndEvent({ workflow, event }: Pick<Check, "workflow" | "event">): string {
  return JSON.stringify([workflow, event]);
}

function fromCheckRun(checkRun: z.infer<typeof CheckRun>, run: Run | undefined): Check {
  return {
    name: checkRun.name,
    appId: checkRun.app?.id ?? null,
    workflow: run === undefined ? null : workflowPath(run.path),
    event: run?.event ?? null,
    conclusion: checkRun.status === "completed" ? checkRun.conclusion : null,
    url: checkRun.details_url ?? checkRun.html_url ?? null,
    id: checkRun.id,
    startedAt: time(checkRun.started_at),
    completedAt: time(checkRun.completed_at),
  };
}

function fromStatus(status: z.infer<typeof Status>): Check {
  return {
    name: status.context,
    appId: null,
    workflow: null,
    event: null,
    conclusion: conclusionOf(status.state),
    url: status.target_url ?? null,
    id: null,
    startedAt: time(status.created_at),
    completedAt: status.state === "pending" ? null : time(status.updated_at),
  };
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
