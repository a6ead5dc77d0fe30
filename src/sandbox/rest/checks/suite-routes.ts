/** Check suites. https://docs.github.com/en/rest/checks/suites */
import { z } from "zod";
import type { Hub } from "../../hub.ts";
import { checkRunPayload, type HeadCommit, checkSuite as renderSuite } from "../../shapes/check.ts";
import type { Payload } from "../../shapes/site.ts";
import type { CheckSuite, Repository } from "../../world/entities.ts";
import { bodyOf } from "../body.ts";
import { by } from "../issues/find.ts";
import { newRest, notFound, paginate, type Rest, type RestContext, repositoryFor, unprocessable } from "../kit.ts";
import { commitAt } from "./commit.ts";
import { actingApp, runAt, suiteAt } from "./find.ts";
import { suiteFor } from "./record.ts";

const created = z.object({ head_sha: z.string().min(1) });

export function checkSuiteRoutes(hub: Hub): Rest {
  const rest = newRest();
  const runs = hub.world.table("checkRuns");
  const suites = hub.world.table("checkSuites");

  async function showSuite(repository: Repository, suite: CheckSuite) {
    const headCommit = await hub.git.headCommit(repository, suite.headSha);
    return renderSuite(hub, repository, suite, headCommit as unknown as HeadCommit);
  }

  rest.post("/repos/:owner/:repo/check-suites", async (context) => {
    const repository = repositoryFor(context, hub.world, "checks", "write");
    const app = actingApp(context);
    const { head_sha: wanted } = await bodyOf(context, created);
    const sha = await hub.git.resolve(repository, wanted);
    if (sha === null) throw unprocessable("CheckSuite", [{ field: "head_sha", code: "invalid" }]);
    const last = hub.world.nextId();
    const suite = suiteFor(hub, repository, sha, app.id);
    // 200 for one that was there: https://docs.github.com/en/rest/checks/suites#create-a-check-suite
    return context.json(await showSuite(repository, suite), suite.id > last ? 201 : 200);
  });

  rest.get("/repos/:owner/:repo/check-suites/:id{[0-9]+}", async (context) => {
    const repository = repositoryFor(context, hub.world, "checks", "read");
    return context.json(await showSuite(repository, suiteAt(context, hub, repository)));
  });

  rest.post("/repos/:owner/:repo/check-suites/:id{[0-9]+}/rerequest", async (context) => {
    const repository = repositoryFor(context, hub.world, "checks", "write");
    const suite = suiteAt(context, hub, repository);
    // The published schema of `rerequested` is the same, but for an older list of the App's events.
    const payload = {
      check_suite: await showSuite(repository, suite),
    } satisfies Payload<"webhook-check-suite-completed">;
    tell(context, repository, "check_suite", payload, suite.appId);
    return context.json({}, 201);
  });

  rest.post("/repos/:owner/:repo/check-runs/:id{[0-9]+}/rerequest", (context) => {
    const repository = repositoryFor(context, hub.world, "checks", "write");
    const run = runAt(context, hub, repository);
    const suite = suites.get(run.suiteId);
    if (suite === undefined) throw notFound();
    const payload = {
      check_run: checkRunPayload(hub, repository, run, suite),
    } satisfies Payload<"webhook-check-run-rerequested">;
    tell(context, repository, "check_run", payload, run.appId);
    return context.json({}, 201);
  });

  /** Only the App that made it hears of it, whether it subscribed or not. */
  function tell(
    context: RestContext,
    repository: Repository,
    event: string,
    payload: Record<string, unknown>,
    toAppId: number,
  ) {
    const { user: sender, byJobToken } = by(context);
    hub.announce({ repository, event, action: "rerequested", payload, sender, byJobToken, toAppId });
  }

  rest.get("/repos/:owner/:repo/commits/:ref{.+}/check-suites", async (context) => {
    const repository = repositoryFor(context, hub.world, "checks", "read");
    const sha = await commitAt(hub, repository, context.req.param("ref"));
    const { app_id: appId, check_name: name } = context.req.query();
    const found = suites.filter(
      (suite) =>
        suite.repositoryId === repository.id &&
        suite.headSha === sha &&
        (appId === undefined || suite.appId === Number(appId)) &&
        (name === undefined || runs.find((run) => run.suiteId === suite.id && run.name === name) !== undefined),
    );
    const shown = await Promise.all(paginate(context, found).map((suite) => showSuite(repository, suite)));
    return context.json({ total_count: found.length, check_suites: shown });
  });

  return rest;
}
