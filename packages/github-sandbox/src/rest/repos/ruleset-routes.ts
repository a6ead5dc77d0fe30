/** Repository rulesets. https://docs.github.com/en/rest/repos/rules */
import { z } from "zod";
import { rulesetsOn } from "../../gates/guards.ts";
import { rule } from "../../gates/rule.ts";
import type { Hub } from "../../hub.ts";
import { ruleset as render, ruleOnBranch, rulesetSummary } from "../../shapes/gates/ruleset.ts";
import type { Repository, Ruleset } from "../../world/entities.ts";
import { installationAt } from "../auth/tokens.ts";
import { bodyOf } from "../body.ts";
import { may, newRest, notFound, paginate, type Rest, type RestContext, repositoryFor, unprocessable } from "../kit.ts";
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

export function rulesetRoutes(hub: Hub): Rest {
  const rest = newRest();
  const rulesets = hub.world.table("rulesets");

  const own = (repository: Repository) =>
    rulesets.filter((each) => each.repositoryId === repository.id).sort((a, b) => a.id - b.id);

  function rulesetAt(context: RestContext, repository: Repository): Ruleset {
    const found = rulesets.get(Number(context.req.param("id")));
    if (found === undefined || found.repositoryId !== repository.id) throw notFound();
    return found;
  }

  /** Who bypasses it is for those to know who may change it. */
  function shown(context: RestContext, repository: Repository, entity: Ruleset) {
    const actor = context.get("actor");
    const user = actor.kind === "token" ? actor.user : null;
    return render(hub, repository, entity, user, may(actor, repository, "administration", "write"));
  }

  rest.get(path, (context) => {
    const repository = repositoryFor(context, hub.world, "metadata", "read");
    const targets = (context.req.query("targets") ?? "branch,tag").split(",");
    const found = own(repository).filter(({ target }) => targets.includes(target));
    return respond<"repos/get-repo-rulesets">(
      context,
      paginate(context, found).map((each) => rulesetSummary(hub, repository, each)),
    );
  });

  rest.post(path, async (context) => {
    const repository = repositoryFor(context, hub.world, "administration", "write");
    const body = await bodyOf(context, created);
    const now = hub.world.now();
    const blank: Ruleset = {
      id: hub.world.nextId(),
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
    const made = store(repository, blank, body);
    return respond<"repos/create-repo-ruleset", 201>(context, shown(context, repository, made), 201);
  });

  rest.get(`${path}/:id{[0-9]+}`, (context) => {
    const repository = repositoryFor(context, hub.world, "metadata", "read");
    return respond<"repos/get-repo-ruleset">(context, shown(context, repository, rulesetAt(context, repository)));
  });

  rest.put(`${path}/:id{[0-9]+}`, async (context) => {
    const repository = repositoryFor(context, hub.world, "administration", "write");
    const body = await bodyOf(context, changed);
    const stored = store(repository, rulesetAt(context, repository), body);
    return respond<"repos/update-repo-ruleset">(context, shown(context, repository, stored));
  });

  rest.delete(`${path}/:id{[0-9]+}`, (context) => {
    const repository = repositoryFor(context, hub.world, "administration", "write");
    rulesets.remove(rulesetAt(context, repository).id);
    return context.body(null, 204);
  });

  rest.get("/repos/:owner/:repo/rules/branches/:branch{.+}", (context) => {
    const repository = repositoryFor(context, hub.world, "metadata", "read");
    const rules = rulesetsOn(hub.world, repository, `refs/heads/${context.req.param("branch")}`).flatMap((each) =>
      each.rules.map((one) => ruleOnBranch(repository, each, one)),
    );
    return respond<"repos/get-branch-rules">(context, paginate(context, rules));
  });

  function store(repository: Repository, present: Ruleset, body: Changes): Ruleset {
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
      updatedAt: hub.world.now(),
    });
  }

  function actors(repository: Repository, given: readonly z.output<typeof bypassActor>[]): Ruleset["bypassActors"] {
    return given.map(({ actor_id: actorId, actor_type: actorType, bypass_mode: mode }) => {
      // GitHub's words for an App that is not installed where the ruleset is.
      if (actorType === "Integration" && installationAt(hub.world, actorId ?? 0, repository) === undefined) {
        const message = "Actor GitHub App integration must be part of the ruleset source or owner organization";
        throw unprocessable("Ruleset", [{ code: "custom", message }]);
      }
      return { actorId: actorType === "OrganizationAdmin" ? 1 : (actorId ?? null), actorType, mode };
    });
  }

  return rest;
}
