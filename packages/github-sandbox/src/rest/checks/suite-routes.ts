/** Check suites. https://docs.github.com/en/rest/checks/suites */
import { z } from "zod";
import type { Hub } from "../../hub.ts";
import { checkRunPayload, checkSuite as renderSuite } from "../../shapes/check.ts";
import { told } from "../../shapes/told.ts";
import type { CheckSuite, Repository } from "../../world/entities.ts";
import { bodyOf } from "../body.ts";
import { by } from "../issues/find.ts";
import { newRest, notFound, paginate, type Rest, type RestContext, repositoryFor, unprocessable } from "../kit.ts";
import { respond } from "../respond.ts";
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
    return renderSuite(hub, repository, suite, headCommit);
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
    const shown = await showSuite(repository, suite);
    return suite.id > last
      ? respond<"checks/create-suite", 201>(context, shown, 201)
      : respond<"checks/create-suite">(context, shown);
  });

  rest.get("/repos/:owner/:repo/check-suites/:id{[0-9]+}", async (context) => {
    const repository = repositoryFor(context, hub.world, "checks", "read");
    return respond<"checks/get-suite">(context, await showSuite(repository, suiteAt(context, hub, repository)));
  });

  rest.post("/repos/:owner/:repo/check-suites/:id{[0-9]+}/rerequest", async (context) => {
    const repository = repositoryFor(context, hub.world, "checks", "write");
    const suite = suiteAt(context, hub, repository);
    const shown = await showSuite(repository, suite);
    tell(context, repository, told("check_suite", "rerequested", { check_suite: shown }), suite.appId);
    return respond<"checks/rerequest-suite", 201>(context, {}, 201);
  });

  rest.post("/repos/:owner/:repo/check-runs/:id{[0-9]+}/rerequest", (context) => {
    const repository = repositoryFor(context, hub.world, "checks", "write");
    const run = runAt(context, hub, repository);
    const suite = suites.get(run.suiteId);
    if (suite === undefined) throw notFound();
    const shown = checkRunPayload(hub, repository, run, suite);
    tell(context, repository, told("check_run", "rerequested", { check_run: shown }), run.appId);
    return respond<"checks/rerequest-run", 201>(context, {}, 201);
  });

  /** Only the App that made it hears of it, whether it subscribed or not. */
  function tell(context: RestContext, repository: Repository, what: ReturnType<typeof told>, toAppId: number): void {
    const { user: sender, byJobToken } = by(context);
    hub.announce({ repository, ...what, sender, byJobToken, toAppId });
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
    return respond<"checks/list-suites-for-ref">(context, { total_count: found.length, check_suites: shown });
  });

  return rest;
}
