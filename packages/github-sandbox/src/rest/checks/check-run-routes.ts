/** Check runs. https://docs.github.com/en/rest/checks/runs */

import { z } from "zod";
import { forbidden, unprocessable } from "../../access/errors.ts";
import { recordCheckRun, suiteFor } from "../../checks/record.ts";
import { latestRuns } from "../../checks/rollup.ts";
import type { ActingScope, RepositoryScope, SandboxContext } from "../../context.ts";
import { renderCheckRun } from "../../render/check.ts";
import type { CheckRun } from "../../store/entities.ts";
import { bodyOf } from "../body.ts";
import { type HttpContext, newRest, paginate, type Rest, scopeFor } from "../kit.ts";
import { respond } from "../respond.ts";
import { commitAt } from "./commit.ts";
import { actingApp, runAt, suiteAt } from "./find.ts";

const conclusion = z.enum(["success", "failure", "neutral", "cancelled", "skipped", "timed_out", "action_required"]);
/** GitHub's limit of a check run's texts, in characters. */
const text = z.string().max(65_535);
const fields = {
  details_url: z.string().nullish(),
  external_id: z.string().nullish(),
  status: z.enum(["queued", "in_progress", "completed"]).nullish(),
  conclusion: conclusion.nullish(),
  started_at: z.string().nullish(),
  completed_at: z.string().nullish(),
  output: z.object({ title: z.string().nullish(), summary: text.nullish(), text: text.nullish() }).nullish(),
};
const created = z.object({ name: z.string().min(1), head_sha: z.string().min(1), ...fields });
const updated = z.object({ name: z.string().min(1).nullish(), ...fields });
type Changes = z.output<typeof updated>;

export function checkRunRoutes(context: SandboxContext): Rest {
  const rest = newRest();
  const runs = context.store.table("checkRuns");

  async function record(scope: ActingScope, run: CheckRun) {
    await recordCheckRun(scope, run);
    return renderCheckRun(scope, run);
  }

  rest.post("/repos/:owner/:repo/check-runs", async (http) => {
    const scope = scopeFor(http, context, "checks", "write");
    const { repository } = scope;
    const app = actingApp(http);
    const body = await bodyOf(http, created);
    const headSha = await context.git.resolve(repository, body.head_sha);
    if (headSha === null)
      throw unprocessable(
        "CheckRun",
        [{ field: "head_sha", code: "invalid" }],
        `No commit found for SHA: ${body.head_sha}`,
      );
    const suite = suiteFor(scope, headSha, app.id);
    const blank: CheckRun = {
      id: context.store.nextId(),
      repositoryId: repository.id,
      suiteId: suite.id,
      headSha,
      name: body.name,
      externalId: null,
      detailsUrl: null,
      status: "queued",
      conclusion: null,
      appId: app.id,
      startedAt: context.store.now(),
      completedAt: null,
      output: { title: null, summary: null, text: null },
    };
    return respond<"checks/create", 201>(http, await record(scope, changedRun(blank, body, context.store.now())), 201);
  });

  rest.patch("/repos/:owner/:repo/check-runs/:id{[0-9]+}", async (http) => {
    const scope = scopeFor(http, context, "checks", "write");
    const app = actingApp(http);
    const body = await bodyOf(http, updated);
    const run = runAt(http, scope);
    if (run.appId !== app.id) {
      throw forbidden(
        `Invalid app_id \`${app.id}\` - check run can only be modified by the GitHub App that created it.`,
      );
    }
    return respond<"checks/update">(http, await record(scope, changedRun(run, body, context.store.now())));
  });

  function listRuns(http: HttpContext, scope: RepositoryScope, all: CheckRun[]) {
    const query = http.req.query();
    const wanted = all.filter(
      (run) =>
        (query.check_name === undefined || run.name === query.check_name) &&
        (query.status === undefined || run.status === query.status) &&
        (query.app_id === undefined || run.appId === Number(query.app_id)),
    );
    const shown = (query.filter === "all" ? wanted : latestRuns(wanted)).sort((a, b) => b.id - a.id);
    return respond<"checks/list-for-ref">(http, {
      total_count: shown.length,
      check_runs: paginate(http, shown).map((run) => renderCheckRun(scope, run)),
    });
  }

  rest.get("/repos/:owner/:repo/check-runs/:id{[0-9]+}", (http) => {
    const scope = scopeFor(http, context, "checks", "read");
    return respond<"checks/get">(http, renderCheckRun(scope, runAt(http, scope)));
  });

  rest.get("/repos/:owner/:repo/check-runs/:id{[0-9]+}/annotations", (http) => {
    const scope = scopeFor(http, context, "checks", "read");
    runAt(http, scope);
    return respond<"checks/list-annotations">(http, []);
  });

  rest.get("/repos/:owner/:repo/check-suites/:id{[0-9]+}/check-runs", (http) => {
    const scope = scopeFor(http, context, "checks", "read");
    const suite = suiteAt(http, scope);
    return listRuns(
      http,
      scope,
      runs.filter((run) => run.suiteId === suite.id),
    );
  });

  rest.get("/repos/:owner/:repo/commits/:ref{.+}/check-runs", async (http) => {
    const scope = scopeFor(http, context, "checks", "read");
    const sha = await commitAt(scope, http.req.param("ref"));
    return listRuns(
      http,
      scope,
      runs.filter((run) => run.repositoryId === scope.repository.id && run.headSha === sha),
    );
  });

  return rest;
}

/** Applies the changes. A conclusion completes the run, whatever status came with it. */
function changedRun(run: CheckRun, body: Changes, now: string): CheckRun {
  const given = body.conclusion ?? null;
  const status = given !== null ? "completed" : (body.status ?? run.status);
  if (status === "completed" && given === null && run.conclusion === null) {
    throw unprocessable("CheckRun", [{ field: "conclusion", code: "missing_field" }]);
  }
  const done = status === "completed";
  return {
    ...run,
    name: body.name ?? run.name,
    externalId: body.external_id ?? run.externalId,
    detailsUrl: body.details_url ?? run.detailsUrl,
    status,
    conclusion: done ? (given ?? run.conclusion) : null,
    startedAt: body.started_at ?? run.startedAt,
    completedAt: done ? (body.completed_at ?? run.completedAt ?? now) : null,
    output: body.output
      ? {
          title: body.output.title ?? run.output.title,
          summary: body.output.summary ?? run.output.summary,
          text: body.output.text ?? run.output.text,
        }
      : run.output,
  };
}
