/** Check runs and suites. https://docs.github.com/en/rest/checks */
import { z } from "zod";
import type { Hub } from "../../hub.ts";
import { latestRuns, checkRun as render } from "../../shapes/check.ts";
import type { CheckRun, Repository } from "../../world/entities.ts";
import { bodyOf } from "../body.ts";
import {
  actingUser,
  byJobToken,
  forbidden,
  newRest,
  paginate,
  type Rest,
  type RestContext,
  repositoryFor,
  unprocessable,
} from "../kit.ts";
import { respond } from "../respond.ts";
import { commitAt } from "./commit.ts";
import { actingApp, runAt, suiteAt } from "./find.ts";
import { type Recorder, recordCheckRun, suiteFor } from "./record.ts";

const conclusion = z.enum(["success", "failure", "neutral", "cancelled", "skipped", "timed_out", "action_required"]);
/** GitHub's limit of a check run's texts: 65,535 characters. */
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

export function checkRunRoutes(hub: Hub): Rest {
  const rest = newRest();
  const runs = hub.world.table("checkRuns");
  const recorder: Recorder = { ...hub, headCommit: (repository, commit) => hub.git.headCommit(repository, commit) };

  async function record(context: RestContext, repository: Repository, run: CheckRun) {
    const by = { user: actingUser(context), byJobToken: byJobToken(context) };
    await recordCheckRun(recorder, repository, run, by);
    return render(hub, repository, run);
  }

  rest.post("/repos/:owner/:repo/check-runs", async (context) => {
    const repository = repositoryFor(context, hub.world, "checks", "write");
    const app = actingApp(context);
    const body = await bodyOf(context, created);
    const headSha = await hub.git.resolve(repository, body.head_sha);
    if (headSha === null)
      throw unprocessable(
        "CheckRun",
        [{ field: "head_sha", code: "invalid" }],
        `No commit found for SHA: ${body.head_sha}`,
      );
    const suite = suiteFor(hub, repository, headSha, app.id);
    const blank: CheckRun = {
      id: hub.world.nextId(),
      repositoryId: repository.id,
      suiteId: suite.id,
      headSha,
      name: body.name,
      externalId: null,
      detailsUrl: null,
      status: "queued",
      conclusion: null,
      appId: app.id,
      startedAt: hub.world.now(),
      completedAt: null,
      output: { title: null, summary: null, text: null },
    };
    return respond<"checks/create", 201>(
      context,
      await record(context, repository, changedRun(blank, body, hub.world.now())),
      201,
    );
  });

  rest.patch("/repos/:owner/:repo/check-runs/:id{[0-9]+}", async (context) => {
    const repository = repositoryFor(context, hub.world, "checks", "write");
    const app = actingApp(context);
    const body = await bodyOf(context, updated);
    const run = runAt(context, hub, repository);
    if (run.appId !== app.id) {
      throw forbidden(
        `Invalid app_id \`${app.id}\` - check run can only be modified by the GitHub App that created it.`,
      );
    }
    return respond<"checks/update">(context, await record(context, repository, changedRun(run, body, hub.world.now())));
  });

  function listRuns(context: RestContext, repository: Repository, all: CheckRun[]) {
    const query = context.req.query();
    const wanted = all.filter(
      (run) =>
        (query.check_name === undefined || run.name === query.check_name) &&
        (query.status === undefined || run.status === query.status) &&
        (query.app_id === undefined || run.appId === Number(query.app_id)),
    );
    const shown = (query.filter === "all" ? wanted : latestRuns(wanted)).sort((a, b) => b.id - a.id);
    return respond<"checks/list-for-ref">(context, {
      total_count: shown.length,
      check_runs: paginate(context, shown).map((run) => render(hub, repository, run)),
    });
  }

  rest.get("/repos/:owner/:repo/check-runs/:id{[0-9]+}", (context) => {
    const repository = repositoryFor(context, hub.world, "checks", "read");
    return respond<"checks/get">(context, render(hub, repository, runAt(context, hub, repository)));
  });

  rest.get("/repos/:owner/:repo/check-runs/:id{[0-9]+}/annotations", (context) => {
    const repository = repositoryFor(context, hub.world, "checks", "read");
    runAt(context, hub, repository);
    return respond<"checks/list-annotations">(context, []);
  });

  rest.get("/repos/:owner/:repo/check-suites/:id{[0-9]+}/check-runs", (context) => {
    const repository = repositoryFor(context, hub.world, "checks", "read");
    const suite = suiteAt(context, hub, repository);
    return listRuns(
      context,
      repository,
      runs.filter((run) => run.suiteId === suite.id),
    );
  });

  rest.get("/repos/:owner/:repo/commits/:ref{.+}/check-runs", async (context) => {
    const repository = repositoryFor(context, hub.world, "checks", "read");
    const sha = await commitAt(hub, repository, context.req.param("ref"));
    return listRuns(
      context,
      repository,
      runs.filter((run) => run.repositoryId === repository.id && run.headSha === sha),
    );
  });

  return rest;
}

/** A conclusion completes the run, whatever status was sent with it. */
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
