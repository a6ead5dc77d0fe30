/** Whom a ruleset lets pass. https://docs.github.com/en/rest/repos/rules#create-a-repository-ruleset */

import { roleOf } from "../access/permissions.ts";
import type { App, BypassActor, Role, Ruleset, User } from "../store/entities.ts";
import type { Store, StoreScope } from "../store/store.ts";

/** GitHub's numbers of its own roles: https://github.com/integrations/terraform-provider-github, `repository_ruleset`. */
const roleNumbers: Partial<Record<Role, number>> = { maintain: 2, write: 4, admin: 5 };

/** The App whose bot the user is; GITHUB_TOKENs act as the bot of the App that Actions is. */
export function appOfBot(store: Store, login: string | undefined): App | undefined {
  return login === undefined ? undefined : store.table("apps").find((app) => `${app.slug}[bot]` === login);
}

/** The widest way in which the ruleset lets the user pass; null: it does not. */
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
      // Bots have no role, so an admin's bypass is not the GITHUB_TOKEN's.
      const role = user.type === "User" ? roleOf(repository, user) : null;
      return role !== null && roleNumbers[role] === actor.actorId;
    }
  }
}
