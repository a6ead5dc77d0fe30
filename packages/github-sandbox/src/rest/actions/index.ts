/** GitHub's REST API for Actions: https://docs.github.com/en/rest/actions */

import type { Actions } from "../../actions/index.ts";
import type { SandboxContext } from "../../context.ts";
import { newRest, type Rest } from "../kit.ts";
import { artifactRoutes } from "./artifact-routes.ts";
import { newDownloads } from "./downloads.ts";
import { jobRoutes } from "./job-routes.ts";
import { permissionRoutes } from "./permission-routes.ts";
import { runRoutes } from "./run-routes.ts";
import { secretRoutes } from "./secret-routes.ts";
import { variableRoutes } from "./variable-routes.ts";
import { workflowRoutes } from "./workflow-routes.ts";

export function actionsRoutes(context: SandboxContext, actions: Actions): Rest {
  const rest = newRest();
  const downloads = newDownloads(context);
  rest.route("/", workflowRoutes(context, actions));
  rest.route("/", runRoutes(context, actions));
  rest.route("/", jobRoutes(context, actions.dataDir, downloads));
  rest.route("/", artifactRoutes(context, actions.artifacts, downloads));
  rest.route("/", permissionRoutes(context));
  rest.route("/", secretRoutes(context));
  rest.route("/", variableRoutes(context));
  return rest;
}
