/** Variables. https://docs.github.com/en/rest/actions/variables */

import { z } from "zod";
import { ApiError, notFound } from "../../access/errors.ts";
import type { SandboxContext } from "../../context.ts";
import type { Repository } from "../../store/entities.ts";
import { bodyOf } from "../body.ts";
import { type HttpContext, newRest, paginate, type Rest, repositoryFor } from "../kit.ts";
import { respond } from "../respond.ts";
import { changeSetting, checkName, findSetting, readableSettings, type Setting, settingsOf } from "./settings.ts";

const made = z.object({ name: z.string(), value: z.string() });
const changed = z.object({ name: z.string().optional(), value: z.string().optional() });

export function variableRoutes(context: SandboxContext): Rest {
  const rest = newRest();
  const root = "/repos/:owner/:repo/actions/variables";
  const readable = (http: HttpContext) => readableSettings(http, context, "actions_variables");
  const writable = (http: HttpContext) => repositoryFor(http, context.store, "actions_variables", "write");

  function named(http: HttpContext, repository: Repository): Setting {
    const found = findSetting(context, repository, "variables", http.req.param("name") ?? "");
    if (found === undefined) throw notFound();
    return found;
  }

  rest.get(root, (http) => {
    const all = settingsOf(context, readable(http), "variables");
    return respond<"actions/list-repo-variables">(http, {
      total_count: all.length,
      variables: paginate(http, all),
    });
  });

  rest.get(`${root}/:name`, (http) => respond<"actions/get-repo-variable">(http, named(http, readable(http))));

  rest.post(root, async (http) => {
    const repository = writable(http);
    const { name, value } = await bodyOf(http, made);
    if (findSetting(context, repository, "variables", checkName(name)) !== undefined) {
      throw new ApiError(409, "Already exists - Variable already exists");
    }
    changeSetting(context, repository, "variables", name, value);
    return respond<"actions/create-repo-variable", 201>(http, {}, 201);
  });

  rest.patch(`${root}/:name`, async (http) => {
    const repository = writable(http);
    const known = named(http, repository);
    const { name = known.name, value = known.value } = await bodyOf(http, changed);
    const renamed = checkName(name);
    if (renamed !== known.name) changeSetting(context, repository, "variables", known.name, null);
    const present = context.store.table("repositories").get(repository.id) ?? repository;
    changeSetting(context, present, "variables", renamed, value);
    return http.body(null, 204);
  });

  rest.delete(`${root}/:name`, (http) => {
    const repository = writable(http);
    changeSetting(context, repository, "variables", named(http, repository).name, null);
    return http.body(null, 204);
  });
  return rest;
}
