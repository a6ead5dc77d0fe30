/** Finds the check run or suite that a path names, and the acting App. */

import { forbidden, notFound } from "../../access/errors.ts";
import type { RepositoryScope } from "../../context.ts";
import type { App, CheckRun, CheckSuite } from "../../store/entities.ts";
import type { HttpContext } from "../kit.ts";

export function runAt(http: HttpContext, scope: RepositoryScope): CheckRun {
  const run = scope.store.table("checkRuns").get(Number(http.req.param("id")));
  if (run === undefined || run.repositoryId !== scope.repository.id) throw notFound();
  return run;
}

export function suiteAt(http: HttpContext, scope: RepositoryScope): CheckSuite {
  const suite = scope.store.table("checkSuites").get(Number(http.req.param("id")));
  if (suite === undefined || suite.repositoryId !== scope.repository.id) throw notFound();
  return suite;
}

/** Returns the acting App. @throws ApiError 403 for people: only Apps make check runs. */
export function actingApp(http: HttpContext): App {
  const actor = http.get("actor");
  if (actor.kind !== "token" || actor.app === null) throw forbidden("You must authenticate via a GitHub App.");
  return actor.app;
}
