/** https://docs.github.com/en/rest/actions/variables */
import { z } from "zod";
import type { Hub } from "../../hub.ts";
import { bodyOf } from "../../rest/body.ts";
import { ApiError, newRest, notFound, paginate, type Rest, type RestContext, repositoryFor } from "../../rest/kit.ts";
import { respond } from "../../rest/respond.ts";
import type { Repository } from "../../world/entities.ts";
import { changeSetting, checkName, findSetting, readableSettings, type Setting, settingsOf } from "./settings.ts";

const made = z.object({ name: z.string(), value: z.string() });
const changed = z.object({ name: z.string().optional(), value: z.string().optional() });

export function variableRoutes(hub: Hub): Rest {
  const rest = newRest();
  const root = "/repos/:owner/:repo/actions/variables";
  const readable = (context: RestContext) => readableSettings(context, hub, "actions_variables");
  const writable = (context: RestContext) => repositoryFor(context, hub.world, "actions_variables", "write");

  function named(context: RestContext, repository: Repository): Setting {
    const found = findSetting(hub, repository, "variables", context.req.param("name") ?? "");
    if (found === undefined) throw notFound();
    return found;
  }

  rest.get(root, (context) => {
    const all = settingsOf(hub, readable(context), "variables");
    return respond<"actions/list-repo-variables">(context, {
      total_count: all.length,
      variables: paginate(context, all),
    });
  });

  rest.get(`${root}/:name`, (context) =>
    respond<"actions/get-repo-variable">(context, named(context, readable(context))),
  );

  rest.post(root, async (context) => {
    const repository = writable(context);
    const { name, value } = await bodyOf(context, made);
    if (findSetting(hub, repository, "variables", checkName(name)) !== undefined) {
      throw new ApiError(409, "Already exists - Variable already exists");
    }
    changeSetting(hub, repository, "variables", name, value);
    return respond<"actions/create-repo-variable", 201>(context, {}, 201);
  });

  rest.patch(`${root}/:name`, async (context) => {
    const repository = writable(context);
    const known = named(context, repository);
    const { name = known.name, value = known.value } = await bodyOf(context, changed);
    const renamed = checkName(name);
    if (renamed !== known.name) changeSetting(hub, repository, "variables", known.name, null);
    const present = hub.world.table("repositories").get(repository.id) ?? repository;
    changeSetting(hub, present, "variables", renamed, value);
    return context.body(null, 204);
  });

  rest.delete(`${root}/:name`, (context) => {
    const repository = writable(context);
    changeSetting(hub, repository, "variables", named(context, repository).name, null);
    return context.body(null, 204);
  });
  return rest;
}
