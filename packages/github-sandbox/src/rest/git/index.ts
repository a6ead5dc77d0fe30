/** Collects the routes of git: objects, refs, branches, files and commits. */
import type { SandboxContext } from "../../context.ts";
import { newRest, type Rest } from "../kit.ts";
import { branchRoutes } from "./branch-routes.ts";
import { commitRoutes } from "./commit-routes.ts";
import { contentRoutes } from "./content-routes.ts";
import { objectRoutes } from "./object-routes.ts";
import { refRoutes } from "./ref-routes.ts";

export function gitRoutes(context: SandboxContext): Rest {
  const rest = newRest();
  for (const routes of [objectRoutes, refRoutes, branchRoutes, contentRoutes, commitRoutes])
    rest.route("/", routes(context));
  return rest;
}
