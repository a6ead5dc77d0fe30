/** Issues tokens of people, installations and jobs, and lists what they reach. */
import { randomBytes } from "node:crypto";
import type { Installation, Permissions, Repository, Token, User } from "../store/entities.ts";
import { actionsBot } from "../store/github-actions.ts";
import type { Store } from "../store/store.ts";

/** Returns a random token with GitHub's prefix. Clients must not rely on its length (GitHub changed it in 2026). */
function tokenText(prefix: "ghp" | "ghs"): string {
  return `${prefix}_${randomBytes(27).toString("base64url").replace(/[-_]/g, "0")}`;
}

export function issueUserToken(store: Store, user: User): Token {
  return store.table("tokens").put({
    id: tokenText("ghp"),
    kind: "user",
    userId: user.id,
    installationId: null,
    repositories: null,
    permissions: null,
    expiresAt: null,
  });
}

/**
 * Issues a token that expires after an hour. Callers check first that `scope` lies within the installation's. Without
 * repositories in `scope` the token reaches all that the installation reaches at the time of a request.
 */
export function issueInstallationToken(
  store: Store,
  installation: Installation,
  bot: User,
  scope: { repositories: number[] | null; permissions: Permissions },
): Token {
  dropExpired(store);
  return store.table("tokens").put({
    id: tokenText("ghs"),
    kind: "installation",
    userId: bot.id,
    installationId: installation.id,
    repositories: scope.repositories ?? installedRepositories(store, installation).map((repository) => repository.id),
    permissions: scope.permissions,
    expiresAt: hoursFromNow(store, 1),
  });
}

/** Issues a job's GITHUB_TOKEN. It expires after a day at most, as on GitHub. */
export function issueJobToken(store: Store, repository: Repository, permissions: Permissions): Token {
  return store.table("tokens").put({
    id: tokenText("ghs"),
    kind: "job",
    userId: actionsBot(store).id,
    installationId: null,
    repositories: [repository.id],
    permissions: { metadata: "read", ...permissions },
    expiresAt: hoursFromNow(store, 24),
  });
}

/** Lists the repositories that the installation reaches now. */
export function installedRepositories(store: Store, installation: Installation): Repository[] {
  const reach = installation.repositories;
  return store
    .table("repositories")
    .filter((repository) =>
      reach === "all" ? repository.ownerId === installation.accountId : reach.includes(repository.id),
    );
}

/** Finds the App's installation that reaches the repository. */
export function installationAt(store: Store, appId: number, repository: Repository): Installation | undefined {
  return store
    .table("installations")
    .find(
      (each) =>
        each.appId === appId &&
        (each.repositories === "all"
          ? each.accountId === repository.ownerId
          : each.repositories.includes(repository.id)),
    );
}

function hoursFromNow(store: Store, hours: number): string {
  return new Date(store.date().getTime() + hours * 3_600_000).toISOString().replace(/\.\d{3}Z$/, "Z");
}

function dropExpired(store: Store): void {
  const now = store.date().getTime();
  const tokens = store.table("tokens");
  for (const token of tokens.filter((each) => each.expiresAt !== null && Date.parse(each.expiresAt) <= now)) {
    tokens.remove(token.id);
  }
}
