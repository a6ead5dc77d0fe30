/** Decides who may do what in a repository. */
import type { App, PermissionLevel, Repository, Role, Token, User } from "../store/entities.ts";
import { ApiError, forbidden } from "./errors.ts";

/** The sender of a request, read from its Authorization header before any route runs. */
export type Actor =
  | { kind: "anonymous" }
  /** An App itself, by its JWT: it may only ask for its installations, tokens and deliveries. */
  | { kind: "app"; app: App }
  | { kind: "token"; token: Token; user: User; app: App | null };

const levels: Record<PermissionLevel, number> = { read: 1, write: 2, admin: 3 };
const roleLevels: Record<Role, number> = { read: 1, triage: 1, write: 2, maintain: 2, admin: 3 };

/** Returns the user's role in the repository, or null. The owner is its admin. */
export function roleOf(repository: Repository, user: User): Role | null {
  if (user.id === repository.ownerId) return "admin";
  return repository.collaborators[String(user.id)] ?? null;
}

/** Permissions that everyone has to read a public repository. Secrets, variables and administration stay out. */
const openToAll = new Set(["metadata", "contents", "issues", "pull_requests", "statuses", "checks", "actions"]);

/**
 * Returns true if the actor may use `permission` (GitHub's names: contents, issues, pull_requests, checks, statuses, actions,
 * workflows, administration, metadata) at `level` in the repository. Scoped tokens need the permission and the
 * repository; a person's token follows the person's role.
 */
export function may(actor: Actor, repository: Repository, permission: string, level: PermissionLevel): boolean {
  if (actor.kind === "app") return false;
  const isPublicReading = !repository.private && level === "read" && openToAll.has(permission);
  if (actor.kind === "anonymous") return isPublicReading;
  const { token, user } = actor;
  if (token.repositories !== null && !token.repositories.includes(repository.id)) return isPublicReading;
  if (token.permissions !== null) {
    const granted = token.permissions[permission];
    if (permission === "metadata" && level === "read") return true;
    return granted !== undefined && levels[granted] >= levels[level];
  }
  const role = roleOf(repository, user);
  if (permission === "administration") return role === "admin";
  if (role === null) return isPublicReading;
  return roleLevels[role] >= levels[level] || (permission === "issues" && role === "triage" && level === "write");
}

/** Returns the error for an actor that may read the repository but may not do this. */
export function refusal(actor: Actor): ApiError {
  if (actor.kind === "anonymous") return new ApiError(401, "Requires authentication");
  const isPerson = actor.kind === "token" && actor.token.permissions === null;
  return isPerson ? forbidden("Must have admin rights to Repository.") : forbidden();
}
