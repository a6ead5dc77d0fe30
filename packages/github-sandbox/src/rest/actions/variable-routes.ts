/** Variables. https://docs.github.com/en/rest/actions/variables */

import { z } from "zod";
import { ApiError, notFound } from "../../access/errors.ts";
import { type RepositoryScope, type SandboxContext, scopeOf } from "../../context.ts";
import { bodyOf } from "../body.ts";
import { type HttpContext, newRest, paginate, type Rest, scopeFor } from "../kit.ts";
import { respond } from "../respond.ts";
import { changeSetting, checkName, findSetting, type Setting, settingsOf, settingsScope } from "./settings.ts";

const made = z.object({ name: z.string(), value: z.string() });
const changed = z.object({ name: z.string().optional(), value: z.string().optional() });

export function variableRoutes(context: SandboxContext): Rest {
  const rest = newRest();
  const root = "/repos/:owner/:repo/actions/variables";
  const readable = (http: HttpContext) => settingsScope(http, context, "actions_variables");
  const writable = (http: HttpContext) => scopeFor(http, context, "actions_variables", "write");

  function named(http: HttpContext, scope: RepositoryScope): Setting {
    const found = findSetting(scope, "variables", http.req.param("name") ?? "");
    if (found === undefined) throw notFound();
    return found;
  }

  rest.get(root, (http) => {
    const all = settingsOf(readable(http), "variables");
    return respond<"actions/list-repo-variables">(http, {
      total_count: all.length,
      variables: paginate(http, all),
    });
  });

  rest.get(`${root}/:name`, (http) => respond<"actions/get-repo-variable">(http, named(http, readable(http))));

  rest.post(root, async (http) => {
    const scope = writable(http);
    const { name, value } = await bodyOf(http, made);
    if (findSetting(scope, "variables", checkName(name)) !== undefined) {
      throw new ApiError(409, "Already exists - Variable already exists");
    }
    changeSetting(scope, "variables", name, value);
    return respond<"actions/create-repo-variable", 201>(http, {}, 201);
  });

  rest.patch(`${root}/:name`, async (http) => {
    const scope = writable(http);
    const { repository } = scope;
    const known = named(http, scope);
    const { name = known.name, value = known.value } = await bodyOf(http, changed);
    const renamed = checkName(name);
    if (renamed !== known.name) changeSetting(scope, "variables", known.name, null);
    const present = context.store.table("repositories").get(repository.id) ?? repository;
    changeSetting(scopeOf(context, present), "variables", renamed, value);
    return http.body(null, 204);
  });

  rest.delete(`${root}/:name`, (http) => {
    const scope = writable(http);
    changeSetting(scope, "variables", named(http, scope).name, null);
    return http.body(null, 204);
  });
  return rest;
}
