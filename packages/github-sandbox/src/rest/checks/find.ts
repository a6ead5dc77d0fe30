/** The check run or suite a path names, and the App that acts. */
import type { Hub } from "../../hub.ts";
import type { App, CheckRun, CheckSuite, Repository } from "../../world/entities.ts";
import { forbidden, notFound, type RestContext } from "../kit.ts";

export function runAt(context: RestContext, hub: Hub, repository: Repository): CheckRun {
  const run = hub.world.table("checkRuns").get(Number(context.req.param("id")));
  if (run === undefined || run.repositoryId !== repository.id) throw notFound();
  return run;
}

export function suiteAt(context: RestContext, hub: Hub, repository: Repository): CheckSuite {
  const suite = hub.world.table("checkSuites").get(Number(context.req.param("id")));
  if (suite === undefined || suite.repositoryId !== repository.id) throw notFound();
  return suite;
}

/** Only Apps make check runs; people get 403. */
export function actingApp(context: RestContext): App {
  const actor = context.get("actor");
  if (actor.kind !== "token" || actor.app === null) throw forbidden("You must authenticate via a GitHub App.");
  return actor.app;
}
