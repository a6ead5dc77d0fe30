/** Workflows. https://docs.github.com/en/rest/actions/workflows */
import { ApiError } from "../../access/errors.ts";
import type { Actions } from "../../actions/index.ts";
import type { SandboxContext } from "../../context.ts";
import { renderWorkflow } from "../../render/actions.ts";
import { repositoryApi, repositoryWeb } from "../../render/site.ts";
import { actingUser, jsonBody, newRest, paginate, type Rest, scopeFor } from "../kit.ts";
import { respond } from "../respond.ts";
import { workflowFor } from "./find.ts";

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function workflowRoutes(context: SandboxContext, actions: Actions): Rest {
  const rest = newRest();
  const root = "/repos/:owner/:repo/actions/workflows";

  rest.get(root, async (http) => {
    const scope = scopeFor(http, context, "actions", "read");
    const all = await actions.workflows(scope.repository);
    const workflows = paginate(http, all).map((entity) => renderWorkflow(scope, entity));
    return respond<"actions/list-repo-workflows">(http, { total_count: all.length, workflows });
  });

  rest.get(`${root}/:workflow`, async (http) => {
    const scope = scopeFor(http, context, "actions", "read");
    const entity = await workflowFor(http, actions, scope.repository);
    return respond<"actions/get-workflow">(http, renderWorkflow(scope, entity));
  });

  for (const [verb, state] of [
    ["enable", "active"],
    ["disable", "disabled_manually"],
  ] as const) {
    rest.put(`${root}/:workflow/${verb}`, async (http) => {
      const scope = scopeFor(http, context, "actions", "write");
      const workflow = await workflowFor(http, actions, scope.repository);
      context.store.table("workflows").put({ ...workflow, state, updatedAt: context.store.now() });
      return http.body(null, 204);
    });
  }

  rest.post(`${root}/:workflow/dispatches`, async (http) => {
    const scope = scopeFor(http, context, "actions", "write");
    const { repository } = scope;
    const actor = actingUser(http);
    const workflow = await workflowFor(http, actions, repository);
    const { ref, inputs = {}, return_run_details: details } = await jsonBody(http);
    if (typeof ref !== "string") throw new ApiError(422, 'Invalid request.\n\n"ref" wasn\'t supplied.');
    if (!isRecord(inputs))
      throw new ApiError(422, "Invalid request.\n\nFor 'properties/inputs', the given value is not an object.");
    const run = await actions.dispatch(repository, workflow, { ref, inputs, actor });
    if (details !== true) return http.body(null, 204);
    return respond<"actions/create-workflow-dispatch">(http, {
      workflow_run_id: run.id,
      run_url: `${repositoryApi(scope)}/actions/runs/${run.id}`,
      html_url: `${repositoryWeb(scope)}/actions/runs/${run.id}`,
    });
  });
  return rest;
}
