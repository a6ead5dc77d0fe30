/** Everything of REST that is git: objects, refs, branches, files, commits. */
import type { SandboxContext } from "../context.ts";
import { newRest, type Rest } from "../rest/kit.ts";
import { branchRoutes } from "./rest/branches.ts";
import { commitRoutes } from "./rest/commits.ts";
import { contentRoutes } from "./rest/contents.ts";
import { objectRoutes } from "./rest/objects.ts";
import { refRoutes } from "./rest/refs.ts";

export function gitRoutes(context: SandboxContext): Rest {
  const rest = newRest();
  for (const routes of [objectRoutes, refRoutes, branchRoutes, contentRoutes, commitRoutes])
    rest.route("/", routes(context));
  return rest;
}
