/** GitHub's REST API for Actions: https://docs.github.com/en/rest/actions */
import type { Hub } from "../hub.ts";
import { newRest, type Rest } from "../rest/kit.ts";
import type { Actions } from "./index.ts";
import { artifactRoutes } from "./routes/artifacts.ts";
import { newDownloads } from "./routes/downloads.ts";
import { jobRoutes } from "./routes/jobs.ts";
import { runRoutes } from "./routes/runs.ts";
import { secretRoutes } from "./routes/secrets.ts";
import { variableRoutes } from "./routes/variables.ts";
import { workflowRoutes } from "./routes/workflows.ts";

export function actionsRoutes(hub: Hub, actions: Actions): Rest {
  const rest = newRest();
  const downloads = newDownloads(hub);
  rest.route("/", workflowRoutes(hub, actions));
  rest.route("/", runRoutes(hub, actions));
  rest.route("/", jobRoutes(hub, actions.dataDir, downloads));
  rest.route("/", artifactRoutes(hub, actions.artifacts, downloads));
  rest.route("/", secretRoutes(hub));
  rest.route("/", variableRoutes(hub));
  return rest;
}
