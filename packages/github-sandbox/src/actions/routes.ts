/** GitHub's REST API for Actions: https://docs.github.com/en/rest/actions */
import type { SandboxContext } from "../context.ts";
import { newRest, type Rest } from "../rest/kit.ts";
import type { Actions } from "./index.ts";
import { artifactRoutes } from "./routes/artifacts.ts";
import { newDownloads } from "./routes/downloads.ts";
import { jobRoutes } from "./routes/jobs.ts";
import { runRoutes } from "./routes/runs.ts";
import { secretRoutes } from "./routes/secrets.ts";
import { variableRoutes } from "./routes/variables.ts";
import { workflowRoutes } from "./routes/workflows.ts";

export function actionsRoutes(context: SandboxContext, actions: Actions): Rest {
  const rest = newRest();
  const downloads = newDownloads(context);
  rest.route("/", workflowRoutes(context, actions));
  rest.route("/", runRoutes(context, actions));
  rest.route("/", jobRoutes(context, actions.dataDir, downloads));
  rest.route("/", artifactRoutes(context, actions.artifacts, downloads));
  rest.route("/", secretRoutes(context));
  rest.route("/", variableRoutes(context));
  return rest;
}
