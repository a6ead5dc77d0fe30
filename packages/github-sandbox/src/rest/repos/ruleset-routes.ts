/** Repository rulesets. https://docs.github.com/en/rest/repos/rules */

import { z } from "zod";
import { notFound, unprocessable } from "../../access/errors.ts";
import { may } from "../../access/permissions.ts";
import { installationAt } from "../../access/tokens.ts";
import type { SandboxContext } from "../../context.ts";
import { rulesetsOn } from "../../protection/guards.ts";
import { renderRuleOnBranch, renderRuleset, renderRulesetSummary } from "../../render/protection/ruleset.ts";
import type { Repository, Ruleset } from "../../store/entities.ts";
import { rule } from "../../store/rule.ts";
import { bodyOf } from "../body.ts";
import { type HttpContext, newRest, paginate, type Rest, repositoryFor } from "../kit.ts";
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

  function rulesetAt(http: HttpContext, repository: Repository): Ruleset {
    const found = rulesets.get(Number(http.req.param("id")));
    if (found === undefined || found.repositoryId !== repository.id) throw notFound();
    return found;
  }

  /** Renders a ruleset. Only administrators see who may bypass it. */
  function shown(http: HttpContext, repository: Repository, entity: Ruleset) {
    const actor = http.get("actor");
    const user = actor.kind === "token" ? actor.user : null;
    return renderRuleset(context, repository, entity, user, may(actor, repository, "administration", "write"));
  }

  rest.get(path, (http) => {
    const repository = repositoryFor(http, context.store, "metadata", "read");
    const targets = (http.req.query("targets") ?? "branch,tag").split(",");
    const found = own(repository).filter(({ target }) => targets.includes(target));
    return respond<"repos/get-repo-rulesets">(
      http,
      paginate(http, found).map((each) => renderRulesetSummary(context, repository, each)),
    );
  });

  rest.post(path, async (http) => {
    const repository = repositoryFor(http, context.store, "administration", "write");
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
    return respond<"repos/create-repo-ruleset", 201>(http, shown(http, repository, made), 201);
  });

  rest.get(`${path}/:id{[0-9]+}`, (http) => {
    const repository = repositoryFor(http, context.store, "metadata", "read");
    return respond<"repos/get-repo-ruleset">(http, shown(http, repository, rulesetAt(http, repository)));
  });

  rest.put(`${path}/:id{[0-9]+}`, async (http) => {
    const repository = repositoryFor(http, context.store, "administration", "write");
    const body = await bodyOf(http, changed);
    const stored = saveRuleset(repository, rulesetAt(http, repository), body);
    return respond<"repos/update-repo-ruleset">(http, shown(http, repository, stored));
  });

  rest.delete(`${path}/:id{[0-9]+}`, (http) => {
    const repository = repositoryFor(http, context.store, "administration", "write");
    rulesets.remove(rulesetAt(http, repository).id);
    return http.body(null, 204);
  });

  rest.get("/repos/:owner/:repo/rules/branches/:branch{.+}", (http) => {
    const repository = repositoryFor(http, context.store, "metadata", "read");
    const rules = rulesetsOn(context.store, repository, `refs/heads/${http.req.param("branch")}`).flatMap((each) =>
      each.rules.map((one) => renderRuleOnBranch(repository, each, one)),
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
