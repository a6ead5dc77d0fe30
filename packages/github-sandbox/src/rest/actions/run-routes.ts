/** Workflow runs. https://docs.github.com/en/rest/actions/workflow-runs */

import { ApiError, notFound } from "../../access/errors.ts";
import type { Actions } from "../../actions/index.ts";
import type { RepositoryScope, SandboxContext } from "../../context.ts";
import { renderWorkflowRun } from "../../render/actions.ts";
import type { WorkflowRun } from "../../store/entities.ts";
import { actingUser, type HttpContext, newRest, paginate, type Rest, scopeFor } from "../kit.ts";
import { respond } from "../respond.ts";
import { jobFor, runFor, workflowFor } from "./find.ts";

/**
 * Applies the filter `created`: a date, `>=date`, `<date` or `date..date`
 * (https://docs.github.com/en/search-github/getting-started-with-searching-on-github/understanding-the-search-syntax#query-for-dates).
 */
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

function isWanted(http: HttpContext, context: SandboxContext, run: WorkflowRun): boolean {
  const query = (name: string) => http.req.query(name);
  const is = (name: string, ...values: (string | null)[]) => {
    const wanted = query(name);
    return wanted === undefined || wanted === "" || values.includes(wanted);
  };
  const created = query("created");
  return (
    is("event", run.event) &&
    is("branch", run.headBranch) &&
    is("head_sha", run.headSha) &&
    // The filter takes conclusions too: `status=failure`.
    is("status", run.status, run.conclusion) &&
    is("actor", context.store.table("users").get(run.actorId)?.login ?? null) &&
    is("check_suite_id", String(run.checkSuiteId)) &&
    (created === undefined || created === "" || createdWithin(created, run.createdAt))
  );
}

export function runRoutes(context: SandboxContext, actions: Actions): Rest {
  const rest = newRest();
  const root = "/repos/:owner/:repo/actions";

  async function render(http: HttpContext, scope: RepositoryScope, run: WorkflowRun) {
    const rendered = renderWorkflowRun(scope, run, await actions.headCommit(scope.repository, run.headSha));
    return http.req.query("exclude_pull_requests") === "true" ? { ...rendered, pull_requests: [] } : rendered;
  }

  async function list(http: HttpContext, scope: RepositoryScope, workflowId: number | null) {
    const runs = context.store
      .table("runs")
      .filter(
        (run) => run.repositoryId === scope.repository.id && (workflowId === null || run.workflowId === workflowId),
      )
      .filter((run) => isWanted(http, context, run))
      .sort((left, right) => right.id - left.id);
    const workflowRuns = await Promise.all(paginate(http, runs).map((run) => render(http, scope, run)));
    return respond<"actions/list-workflow-runs">(http, { total_count: runs.length, workflow_runs: workflowRuns });
  }

  rest.get(`${root}/runs`, (http) => list(http, scopeFor(http, context, "actions", "read"), null));

  rest.get(`${root}/workflows/:workflow/runs`, async (http) => {
    const scope = scopeFor(http, context, "actions", "read");
    return list(http, scope, (await workflowFor(http, actions, scope.repository)).id);
  });

  rest.get(`${root}/runs/:run`, async (http) => {
    const scope = scopeFor(http, context, "actions", "read");
    return respond<"actions/get-workflow-run">(http, await render(http, scope, runFor(http, scope)));
  });

  for (const [path, force] of [
    ["cancel", false],
    ["force-cancel", true],
  ] as const) {
    rest.post(`${root}/runs/:run/${path}`, (http) => {
      const scope = scopeFor(http, context, "actions", "write");
      const run = runFor(http, scope);
      if (run.status === "completed" || !actions.cancel(run.id, force)) {
        throw new ApiError(409, "Cannot cancel a workflow run that is completed.");
      }
      return respond<"actions/cancel-workflow-run", 202>(http, {}, 202);
    });
  }

  for (const [path, again] of [
    ["rerun", "all"],
    ["rerun-failed-jobs", "failed"],
  ] as const) {
    rest.post(`${root}/runs/:run/${path}`, async (http) => {
      const scope = scopeFor(http, context, "actions", "write");
      const run = completed(runFor(http, scope));
      if (again === "failed" && run.conclusion === "success") {
        throw new ApiError(403, "This workflow run cannot be retried: it has no failed jobs");
      }
      await actions.rerun(scope.repository, run, again, actingUser(http));
      return respond<"actions/re-run-workflow", 201>(http, {}, 201);
    });
  }

  rest.post(`${root}/jobs/:job/rerun`, async (http) => {
    const scope = scopeFor(http, context, "actions", "write");
    const job = jobFor(http, scope);
    const run = context.store.table("runs").get(job.runId);
    if (run === undefined) throw notFound();
    await actions.rerun(scope.repository, completed(run), job, actingUser(http));
    return respond<"actions/re-run-job-for-workflow-run", 201>(http, {}, 201);
  });

  rest.get(`${root}/runs/:run/attempts/:attempt`, async (http) => {
    const scope = scopeFor(http, context, "actions", "read");
    const run = runFor(http, scope);
    const attempt = Number(http.req.param("attempt"));
    const earlier = context.store.table("runAttempts").get(`${run.id}:${attempt}`)?.run;
    const found = attempt === run.runAttempt ? run : earlier;
    if (found === undefined) throw notFound();
    return respond<"actions/get-workflow-run-attempt">(http, await render(http, scope, found));
  });

  rest.delete(`${root}/runs/:run`, (http) => {
    const scope = scopeFor(http, context, "actions", "write");
    const run = runFor(http, scope);
    if (run.status !== "completed") throw new ApiError(403, "Could not delete the workflow run");
    actions.forget(run);
    return http.body(null, 204);
  });
  return rest;
}

function completed(run: WorkflowRun): WorkflowRun {
  if (run.status !== "completed") throw new ApiError(403, "This workflow is already running");
  return run;
}
