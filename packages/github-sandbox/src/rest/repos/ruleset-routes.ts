/** Repository rulesets. https://docs.github.com/en/rest/repos/rules */

import { z } from "zod";
import { notFound, unprocessable } from "../../access/errors.ts";
import { may } from "../../access/permissions.ts";
import { installationAt } from "../../access/tokens.ts";
import type { RepositoryScope, SandboxContext } from "../../context.ts";
import { rulesetsOn } from "../../protection/guards.ts";
import { renderRuleOnBranch, renderRuleset, renderRulesetSummary } from "../../render/protection/ruleset.ts";
import type { Repository, Ruleset } from "../../store/entities.ts";
import { rule } from "../../store/rule.ts";
import { bodyOf } from "../body.ts";
import { type HttpContext, newRest, paginate, type Rest, scopeFor } from "../kit.ts";
import { respond } from "../respond.ts";

const bypassActor = z.object({
  actor_id: z.number().int().nullish(),
  actor_type: z.enum(["Integration", "OrganizationAdmin", "RepositoryRole", "User"]),
  bypass_mode: z.enum(["always", "pull_request", "exempt"]).default("always"),
});

const refName = z
  .string()
  .regex(/^(refs\/(heads|tags)\/.+|~DEFAULT_BRANCH|~ALL)$/, "must be a whole ref, ~DEFAULT_BRANCH or ~ALL");

const created = z.object({
  name: z.string().min(1).max(255),
  target: z.enum(["branch", "tag"]).default("branch"),
  enforcement: z.enum(["active", "evaluate", "disabled"]),
  bypass_actors: z.array(bypassActor).default([]),
  conditions: z
    .object({
      ref_name: z.object({ include: z.array(refName).default([]), exclude: z.array(refName).default([]) }).optional(),
    })
    .optional(),
  rules: z.array(rule).default([]),
});
const changed = created.partial().extend({
  target: z.enum(["branch", "tag"]).optional(),
  bypass_actors: z.array(bypassActor).optional(),
  rules: z.array(rule).optional(),
});
type Changes = z.output<typeof changed>;

const path = "/repos/:owner/:repo/rulesets";

export function rulesetRoutes(context: SandboxContext): Rest {
  const rest = newRest();
  const rulesets = context.store.table("rulesets");

  const own = (repository: Repository) =>
    rulesets.filter((each) => each.repositoryId === repository.id).sort((a, b) => a.id - b.id);

  function rulesetAt(http: HttpContext, scope: RepositoryScope): Ruleset {
    const found = rulesets.get(Number(http.req.param("id")));
    if (found === undefined || found.repositoryId !== scope.repository.id) throw notFound();
    return found;
  }

  /** Renders a ruleset. Only administrators see who may bypass it. */
  function shown(http: HttpContext, scope: RepositoryScope, entity: Ruleset) {
    const actor = http.get("actor");
    const user = actor.kind === "token" ? actor.user : null;
    return renderRuleset(scope, entity, user, may(actor, scope.repository, "administration", "write"));
  }

  rest.get(path, (http) => {
    const scope = scopeFor(http, context, "metadata", "read");
    const targets = (http.req.query("targets") ?? "branch,tag").split(",");
    const found = own(scope.repository).filter(({ target }) => targets.includes(target));
    return respond<"repos/get-repo-rulesets">(
      http,
      paginate(http, found).map((each) => renderRulesetSummary(scope, each)),
    );
  });

  rest.post(path, async (http) => {
    const scope = scopeFor(http, context, "administration", "write");
    const { repository } = scope;
    const body = await bodyOf(http, created);
    const now = context.store.now();
    const blank: Ruleset = {
      id: context.store.nextId(),
      repositoryId: repository.id,
      name: body.name,
      target: body.target,
      enforcement: body.enforcement,
      bypassActors: [],
      include: [],
      exclude: [],
      rules: [],
      createdAt: now,
      updatedAt: now,
    };
    const made = saveRuleset(repository, blank, body);
    return respond<"repos/create-repo-ruleset", 201>(http, shown(http, scope, made), 201);
  });

  rest.get(`${path}/:id{[0-9]+}`, (http) => {
    const scope = scopeFor(http, context, "metadata", "read");
    return respond<"repos/get-repo-ruleset">(http, shown(http, scope, rulesetAt(http, scope)));
  });

  rest.put(`${path}/:id{[0-9]+}`, async (http) => {
    const scope = scopeFor(http, context, "administration", "write");
    const body = await bodyOf(http, changed);
    const stored = saveRuleset(scope.repository, rulesetAt(http, scope), body);
    return respond<"repos/update-repo-ruleset">(http, shown(http, scope, stored));
  });

  rest.delete(`${path}/:id{[0-9]+}`, (http) => {
    const scope = scopeFor(http, context, "administration", "write");
    rulesets.remove(rulesetAt(http, scope).id);
    return http.body(null, 204);
  });

  rest.get("/repos/:owner/:repo/rules/branches/:branch{.+}", (http) => {
    const scope = scopeFor(http, context, "metadata", "read");
    const rules = rulesetsOn(scope, `refs/heads/${http.req.param("branch")}`).flatMap((each) =>
      each.rules.map((one) => renderRuleOnBranch(scope.repository, each, one)),
    );
    return respond<"repos/get-branch-rules">(http, paginate(http, rules));
  });

  function saveRuleset(repository: Repository, present: Ruleset, body: Changes): Ruleset {
    const name = body.name ?? present.name;
    if (own(repository).some((each) => each.id !== present.id && each.name === name)) {
      throw unprocessable("Ruleset", [{ field: "name", code: "custom", message: "Name must be unique" }]);
    }
    const named = body.conditions?.ref_name;
    return rulesets.put({
      ...present,
      name,
      target: body.target ?? present.target,
      enforcement: body.enforcement ?? present.enforcement,
      bypassActors: body.bypass_actors === undefined ? present.bypassActors : actors(repository, body.bypass_actors),
      include: named?.include ?? present.include,
      exclude: named?.exclude ?? present.exclude,
      rules: body.rules ?? present.rules,
      updatedAt: context.store.now(),
    });
  }

  function actors(repository: Repository, given: readonly z.output<typeof bypassActor>[]): Ruleset["bypassActors"] {
    return given.map(({ actor_id: actorId, actor_type: actorType, bypass_mode: mode }) => {
      // GitHub's message for an App that is not installed here.
      if (actorType === "Integration" && installationAt(context.store, actorId ?? 0, repository) === undefined) {
        const message = "Actor GitHub App integration must be part of the ruleset source or owner organization";
        throw unprocessable("Ruleset", [{ code: "custom", message }]);
      }
      return { actorId: actorType === "OrganizationAdmin" ? 1 : (actorId ?? null), actorType, mode };
    });
  }

  return rest;
}
