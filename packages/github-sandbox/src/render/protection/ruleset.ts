/** Renders rulesets and the rules of a branch. */

import { bypassOf } from "../../protection/bypass.ts";
import type { Repository, Ruleset, User } from "../../store/entities.ts";
import type { Rule } from "../../store/rule.ts";
import { nodeId, type RenderScope, repositoryApi, repositoryWeb, type Schema } from "../site.ts";

/** Renders a ruleset for a list, without its rules. */
export function renderRulesetSummary(scope: RenderScope, entity: Ruleset) {
  const { repository } = scope;
  return {
    id: entity.id,
    name: entity.name,
    target: entity.target,
    source_type: "Repository" as const,
    source: `${repository.owner}/${repository.name}`,
    enforcement: entity.enforcement,
    node_id: nodeId("RepositoryRuleset", entity.id),
    _links: {
      self: { href: `${repositoryApi(scope)}/rulesets/${entity.id}` },
      html: { href: `${repositoryWeb(scope)}/rules/${entity.id}` },
    },
    created_at: entity.createdAt,
    updated_at: entity.updatedAt,
  } satisfies Schema<"repository-ruleset">;
}

/**
 * Renders a ruleset. @param user The reader; null: anonymous. @param administers True if they may see the bypass
 * actors.
 */
export function renderRuleset(
  scope: RenderScope,
  entity: Ruleset,
  user: User | null,
  administers: boolean,
): Schema<"repository-ruleset"> {
  const mode = user === null ? null : bypassOf(scope, entity, user);
  return {
    ...renderRulesetSummary(scope, entity),
    conditions: { ref_name: { include: entity.include, exclude: entity.exclude } },
    rules: entity.rules.map(shownRule),
    current_user_can_bypass: mode === null ? "never" : mode === "pull_request" ? "pull_requests_only" : mode,
    ...(administers
      ? {
          bypass_actors: entity.bypassActors.map(({ actorId, actorType, mode: bypass }) => ({
            actor_id: actorId,
            actor_type: actorType,
            bypass_mode: bypass,
          })),
        }
      : {}),
  };
}

export function renderRuleOnBranch(repository: Repository, entity: Ruleset, rule: Rule) {
  return {
    ...shownRule(rule),
    ruleset_source_type: "Repository" as const,
    ruleset_source: `${repository.owner}/${repository.name}`,
    ruleset_id: entity.id,
  } satisfies Schema<"repository-rule-detailed">;
}

function shownRule(rule: Rule) {
  return rule satisfies Schema<"repository-rule">;
}
