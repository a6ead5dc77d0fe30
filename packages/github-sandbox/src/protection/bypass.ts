/** Finds the bypass actors of a ruleset. https://docs.github.com/en/rest/repos/rules#create-a-repository-ruleset */

import { roleOf } from "../access/permissions.ts";
import type { App, BypassActor, Role, Ruleset, User } from "../store/entities.ts";
import type { Store, StoreScope } from "../store/store.ts";

/** GitHub's ids of its roles: https://github.com/integrations/terraform-provider-github, `repository_ruleset`. */
const roleNumbers: Partial<Record<Role, number>> = { maintain: 2, write: 4, admin: 5 };

/** Finds the App of a bot. A GITHUB_TOKEN acts as the bot of the App of Actions. */
export function appOfBot(store: Store, login: string | undefined): App | undefined {
  return login === undefined ? undefined : store.table("apps").find((app) => `${app.slug}[bot]` === login);
}

/** Returns the widest bypass mode that the user has; null: none. */
export function bypassOf(scope: StoreScope, ruleset: Ruleset, user: User): BypassActor["mode"] | null {
  const modes = ruleset.bypassActors.filter((actor) => isMeant(scope, actor, user)).map(({ mode }) => mode);
  return (["exempt", "always", "pull_request"] as const).find((mode) => modes.includes(mode)) ?? null;
}

function isMeant(scope: StoreScope, actor: BypassActor, user: User): boolean {
  const { repository } = scope;
  switch (actor.actorType) {
    case "Integration":
      return actor.actorId !== null && appOfBot(scope.store, user.login)?.id === actor.actorId;
    case "User":
      return actor.actorId === user.id;
    case "OrganizationAdmin":
      return user.id === repository.ownerId;
    case "RepositoryRole": {
      // Bots have no role: a GITHUB_TOKEN has no admin's bypass.
      const role = user.type === "User" ? roleOf(repository, user) : null;
      return role !== null && roleNumbers[role] === actor.actorId;
    }
  }
}
