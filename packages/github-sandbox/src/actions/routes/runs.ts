/** https://docs.github.com/en/rest/actions/workflow-runs */
import type { Hub } from "../../hub.ts";
import {
  ApiError,
  actingUser,
  newRest,
  notFound,
  paginate,
  type Rest,
  type RestContext,
  repositoryFor,
} from "../../rest/kit.ts";
import { respond } from "../../rest/respond.ts";
import { workflowRun as renderRun } from "../../shapes/actions.ts";
import type { Repository, WorkflowRun } from "../../world/entities.ts";
import type { Actions } from "../index.ts";
import { jobFor, runFor, workflowFor } from "./find.ts";

/** `created`: a date, `>=date`, `<date` or `date..date` (https://docs.github.com/en/search-github/getting-started-with-searching-on-github/understanding-the-search-syntax#query-for-dates). */
function createdWithin(text: string, created: string): boolean {
  const at = Date.parse(created);
  const dayMs = 86_400_000;
  const span = (date: string): [number, number] => {
    const start = Date.parse(date);
    return [start, date.includes("T") ? start : start + dayMs - 1];
  };
  const [from, to] = text.split("..");
  if (to !== undefined) {
    const starts = from === "*" ? Number.NEGATIVE_INFINITY : span(from ?? "")[0];
    return at >= starts && at <= (to === "*" ? Number.POSITIVE_INFINITY : span(to)[1]);
  }
  const [, sign = "", date = ""] = /^(>=|<=|>|<)?(.+)$/.exec(text) ?? [];
  const [start, end] = span(date);
  switch (sign) {
    case ">=":
      return at >= start;
    case "<=":
      return at <= end;
    case ">":
      return at > end;
    case "<":
      return at < start;
    default:
      return at >= start && at <= end;
  }
}

function isWanted(context: RestContext, hub: Hub, run: WorkflowRun): boolean {
  const query = (name: string) => context.req.query(name);
  const is = (name: string, ...values: (string | null)[]) => {
    const wanted = query(name);
    return wanted === undefined || wanted === "" || values.includes(wanted);
  };
  const created = query("created");
  return (
    is("event", run.event) &&
    is("branch", run.headBranch) &&
    is("head_sha", run.headSha) &&
    // One filter for both: `status=failure` is a conclusion.
    is("status", run.status, run.conclusion) &&
    is("actor", hub.world.table("users").get(run.actorId)?.login ?? null) &&
    is("check_suite_id", String(run.checkSuiteId)) &&
    (created === undefined || created === "" || createdWithin(created, run.createdAt))
  );
}

export function runRoutes(hub: Hub, actions: Actions): Rest {
  const rest = newRest();
  const root = "/repos/:owner/:repo/actions";

  async function render(context: RestContext, repository: Repository, run: WorkflowRun) {
    const rendered = renderRun(hub, repository, run, await actions.headCommit(repository, run.headSha));
    return context.req.query("exclude_pull_requests") === "true" ? { ...rendered, pull_requests: [] } : rendered;
  }

  async function list(context: RestContext, repository: Repository, workflowId: number | null) {
    const runs = hub.world
      .table("runs")
      .filter((run) => run.repositoryId === repository.id && (workflowId === null || run.workflowId === workflowId))
      .filter((run) => isWanted(context, hub, run))
      .sort((left, right) => right.id - left.id);
    const workflowRuns = await Promise.all(paginate(context, runs).map((run) => render(context, repository, run)));
    return respond<"actions/list-workflow-runs">(context, { total_count: runs.length, workflow_runs: workflowRuns });
  }

  rest.get(`${root}/runs`, (context) => list(context, repositoryFor(context, hub.world, "actions", "read"), null));

  rest.get(`${root}/workflows/:workflow/runs`, async (context) => {
    const repository = repositoryFor(context, hub.world, "actions", "read");
    return list(context, repository, (await workflowFor(context, actions, repository)).id);
  });

  rest.get(`${root}/runs/:run`, async (context) => {
    const repository = repositoryFor(context, hub.world, "actions", "read");
    return respond<"actions/get-workflow-run">(
      context,
      await render(context, repository, runFor(context, hub, repository)),
    );
  });

  for (const [path, force] of [
    ["cancel", false],
    ["force-cancel", true],
  ] as const) {
    rest.post(`${root}/runs/:run/${path}`, (context) => {
      const repository = repositoryFor(context, hub.world, "actions", "write");
      const run = runFor(context, hub, repository);
      if (run.status === "completed" || !actions.cancel(run.id, force)) {
        throw new ApiError(409, "Cannot cancel a workflow run that is completed.");
      }
      return respond<"actions/cancel-workflow-run", 202>(context, {}, 202);
    });
  }

  for (const [path, again] of [
    ["rerun", "all"],
    ["rerun-failed-jobs", "failed"],
  ] as const) {
    rest.post(`${root}/runs/:run/${path}`, async (context) => {
      const repository = repositoryFor(context, hub.world, "actions", "write");
      const run = completed(runFor(context, hub, repository));
      if (again === "failed" && run.conclusion === "success") {
        throw new ApiError(403, "This workflow run cannot be retried: it has no failed jobs");
      }
      await actions.rerun(repository, run, again, actingUser(context));
      return respond<"actions/re-run-workflow", 201>(context, {}, 201);
    });
  }

  rest.post(`${root}/jobs/:job/rerun`, async (context) => {
    const repository = repositoryFor(context, hub.world, "actions", "write");
    const job = jobFor(context, hub, repository);
    const run = hub.world.table("runs").get(job.runId);
    if (run === undefined) throw notFound();
    await actions.rerun(repository, completed(run), job, actingUser(context));
    return respond<"actions/re-run-job-for-workflow-run", 201>(context, {}, 201);
  });

  rest.get(`${root}/runs/:run/attempts/:attempt`, async (context) => {
    const repository = repositoryFor(context, hub.world, "actions", "read");
    const run = runFor(context, hub, repository);
    const attempt = Number(context.req.param("attempt"));
    const earlier = hub.world.table("runAttempts").get(`${run.id}:${attempt}`)?.run;
    const found = attempt === run.runAttempt ? run : earlier;
    if (found === undefined) throw notFound();
    return respond<"actions/get-workflow-run-attempt">(context, await render(context, repository, found));
  });

  rest.delete(`${root}/runs/:run`, (context) => {
    const repository = repositoryFor(context, hub.world, "actions", "write");
    const run = runFor(context, hub, repository);
    if (run.status !== "completed") throw new ApiError(403, "Could not delete the workflow run");
    actions.forget(run);
    return context.body(null, 204);
  });
  return rest;
}

function completed(run: WorkflowRun): WorkflowRun {
  if (run.status !== "completed") throw new ApiError(403, "This workflow is already running");
  return run;
}
