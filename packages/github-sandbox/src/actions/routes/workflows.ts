/** https://docs.github.com/en/rest/actions/workflows */
import type { Hub } from "../../hub.ts";
import { ApiError, actingUser, jsonBody, newRest, paginate, type Rest, repositoryFor } from "../../rest/kit.ts";
import { respond } from "../../rest/respond.ts";
import { workflow as renderWorkflow } from "../../shapes/actions.ts";
import { repositoryApi, repositoryWeb } from "../../shapes/site.ts";
import type { Actions } from "../index.ts";
import { workflowFor } from "./find.ts";

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function workflowRoutes(hub: Hub, actions: Actions): Rest {
  const rest = newRest();
  const root = "/repos/:owner/:repo/actions/workflows";

  rest.get(root, async (context) => {
    const repository = repositoryFor(context, hub.world, "actions", "read");
    const all = await actions.workflows(repository);
    const workflows = paginate(context, all).map((entity) => renderWorkflow(hub, repository, entity));
    return respond<"actions/list-repo-workflows">(context, { total_count: all.length, workflows });
  });

  rest.get(`${root}/:workflow`, async (context) => {
    const repository = repositoryFor(context, hub.world, "actions", "read");
    const entity = await workflowFor(context, actions, repository);
    return respond<"actions/get-workflow">(context, renderWorkflow(hub, repository, entity));
  });

  for (const [verb, state] of [
    ["enable", "active"],
    ["disable", "disabled_manually"],
  ] as const) {
    rest.put(`${root}/:workflow/${verb}`, async (context) => {
      const repository = repositoryFor(context, hub.world, "actions", "write");
      const workflow = await workflowFor(context, actions, repository);
      hub.world.table("workflows").put({ ...workflow, state, updatedAt: hub.world.now() });
      return context.body(null, 204);
    });
  }

  rest.post(`${root}/:workflow/dispatches`, async (context) => {
    const repository = repositoryFor(context, hub.world, "actions", "write");
    const actor = actingUser(context);
    const workflow = await workflowFor(context, actions, repository);
    const { ref, inputs = {}, return_run_details: details } = await jsonBody(context);
    if (typeof ref !== "string") throw new ApiError(422, 'Invalid request.\n\n"ref" wasn\'t supplied.');
    if (!isRecord(inputs))
      throw new ApiError(422, "Invalid request.\n\nFor 'properties/inputs', the given value is not an object.");
    const run = await actions.dispatch(repository, workflow, { ref, inputs, actor });
    if (details !== true) return context.body(null, 204);
    return respond<"actions/create-workflow-dispatch">(context, {
      workflow_run_id: run.id,
      run_url: `${repositoryApi(hub, repository)}/actions/runs/${run.id}`,
      html_url: `${repositoryWeb(hub, repository)}/actions/runs/${run.id}`,
    });
  });
  return rest;
}
