/** Check suites. https://docs.github.com/en/rest/checks/suites */

import { z } from "zod";
import { notFound, unprocessable } from "../../access/errors.ts";
import { suiteFor } from "../../checks/record.ts";
import { announce, type RepositoryScope, type SandboxContext } from "../../context.ts";
import { renderCheckSuite } from "../../render/check.ts";
import type { CheckSuite } from "../../store/entities.ts";
import { bodyOf } from "../body.ts";
import { newRest, paginate, type Rest, scopeFor } from "../kit.ts";
import { respond } from "../respond.ts";
import { commitAt } from "./commit.ts";
import { actingApp, runAt, suiteAt } from "./find.ts";

const created = z.object({ head_sha: z.string().min(1) });

export function checkSuiteRoutes(context: SandboxContext): Rest {
  const rest = newRest();
  const runs = context.store.table("checkRuns");
  const suites = context.store.table("checkSuites");

  async function showSuite(scope: RepositoryScope, suite: CheckSuite) {
    const headCommit = await scope.git.headCommit(scope.repository, suite.headSha);
    return renderCheckSuite(scope, suite, headCommit);
  }

  rest.post("/repos/:owner/:repo/check-suites", async (http) => {
    const scope = scopeFor(http, context, "checks", "write");
    const app = actingApp(http);
    const { head_sha: wanted } = await bodyOf(http, created);
    const sha = await context.git.resolve(scope.repository, wanted);
    if (sha === null) throw unprocessable("CheckSuite", [{ field: "head_sha", code: "invalid" }]);
    const last = context.store.nextId();
    const suite = suiteFor(scope, sha, app.id);
    // GitHub answers 200 if the suite existed: https://docs.github.com/en/rest/checks/suites#create-a-check-suite
    const shown = await showSuite(scope, suite);
    return suite.id > last
      ? respond<"checks/create-suite", 201>(http, shown, 201)
      : respond<"checks/create-suite">(http, shown);
  });

  rest.get("/repos/:owner/:repo/check-suites/:id{[0-9]+}", async (http) => {
    const scope = scopeFor(http, context, "checks", "read");
    return respond<"checks/get-suite">(http, await showSuite(scope, suiteAt(http, scope)));
  });

  rest.post("/repos/:owner/:repo/check-suites/:id{[0-9]+}/rerequest", async (http) => {
    const scope = scopeFor(http, context, "checks", "write");
    const suite = suiteAt(http, scope);
    const headCommit = await context.git.headCommit(scope.repository, suite.headSha);
    announce(scope, { event: "check_suite", action: "rerequested", suite, headCommit, toAppId: suite.appId });
    return respond<"checks/rerequest-suite", 201>(http, {}, 201);
  });

  rest.post("/repos/:owner/:repo/check-runs/:id{[0-9]+}/rerequest", (http) => {
    const scope = scopeFor(http, context, "checks", "write");
    const run = runAt(http, scope);
    const suite = suites.get(run.suiteId);
    if (suite === undefined) throw notFound();
    announce(scope, { event: "check_run", action: "rerequested", run, suite, toAppId: run.appId });
    return respond<"checks/rerequest-run", 201>(http, {}, 201);
  });

  rest.get("/repos/:owner/:repo/commits/:ref{.+}/check-suites", async (http) => {
    const scope = scopeFor(http, context, "checks", "read");
    const sha = await commitAt(scope, http.req.param("ref"));
    const { app_id: appId, check_name: name } = http.req.query();
    const found = suites.filter(
      (suite) =>
        suite.repositoryId === scope.repository.id &&
        suite.headSha === sha &&
        (appId === undefined || suite.appId === Number(appId)) &&
        (name === undefined || runs.find((run) => run.suiteId === suite.id && run.name === name) !== undefined),
    );
    const shown = await Promise.all(paginate(http, found).map((suite) => showSuite(scope, suite)));
    return respond<"checks/list-suites-for-ref">(http, { total_count: found.length, check_suites: shown });
  });

  return rest;
}
