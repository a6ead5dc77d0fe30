/** What every REST route of the sandbox is made of: who acts, on which repository, and GitHub's errors and pages. */

import type { Context } from "hono";
import { Hono } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Schema } from "../render/site.ts";
import type { App, PermissionLevel, Repository, Role, Token, User } from "../store/entities.ts";
import type { Store } from "../store/store.ts";

/** Whoever sent the request, found from its Authorization header before any route runs. */
export type Actor =
  | { kind: "anonymous" }
  /** An App itself, by its JWT: it may only ask for its installations, tokens and deliveries. */
  | { kind: "app"; app: App }
  | { kind: "token"; token: Token; user: User; app: App | null };

export type RestEnv = { Variables: { actor: Actor } };
export type Rest = Hono<RestEnv>;
export type HttpContext = Context<RestEnv>;

export function newRest(): Rest {
  return new Hono<RestEnv>();
}

/** An error answer in GitHub's form. */
export class ApiError extends Error {
  readonly status: ContentfulStatusCode;
  readonly body: Schema<"basic-error">;
  constructor(status: ContentfulStatusCode, message: string, more: Record<string, unknown> = {}) {
    super(message);
    this.status = status;
    this.body = { message, documentation_url: "https://docs.github.com/rest", status: String(status), ...more };
  }
}

export function notFound(message = "Not Found"): ApiError {
  return new ApiError(404, message);
}

export function forbidden(message = "Resource not accessible by integration"): ApiError {
  return new ApiError(403, message);
}

/** 422 with one error per field, as GitHub gives them. */
export function unprocessable(
  resource: string,
  errors: { field?: string; code: string; message?: string }[],
  message = "Validation Failed",
): ApiError {
  const more: Pick<Schema<"validation-error">, "errors"> = { errors: errors.map((error) => ({ resource, ...error })) };
  return new ApiError(422, message, more);
}

const levels: Record<PermissionLevel, number> = { read: 1, write: 2, admin: 3 };
const roleLevels: Record<Role, number> = { read: 1, triage: 1, write: 2, maintain: 2, admin: 3 };

/** The user's role in the repository; the owner is its admin. null: none. */
export function roleOf(repository: Repository, user: User): Role | null {
  if (user.id === repository.ownerId) return "admin";
  return repository.collaborators[String(user.id)] ?? null;
}

/** What everybody may read of a public repository. Secrets, variables and administration are its own people's. */
const openToAll = new Set(["metadata", "contents", "issues", "pull_requests", "statuses", "checks", "actions"]);

/**
 * Whether the actor may use `permission` (GitHub's names: contents, issues, pull_requests, checks, statuses, actions,
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

/**
 * The repository, for what everyone who can see it may do as a person: open an issue, comment, react. A scoped token
 * needs one of the permissions.
 */
export function repositoryToJoin(http: HttpContext, store: Store, permissions: readonly string[]): Repository {
  const repository = repositoryFor(http, store, "metadata", "read");
  actingUser(http);
  const actor = http.get("actor");
  const scoped = actor.kind === "token" && actor.token.permissions !== null;
  if (scoped && !permissions.some((permission) => may(actor, repository, permission, "write"))) throw forbidden();
  return repository;
}

/** The repository named in the path, if the actor may see it with this permission: else 404 (hidden) or 403, as GitHub does. */
export function repositoryFor(http: HttpContext, store: Store, permission: string, level: PermissionLevel): Repository {
  const owner = (http.req.param("owner") ?? "").toLowerCase();
  const name = (http.req.param("repo") ?? "").toLowerCase();
  const repository = store
    .table("repositories")
    .find((candidate) => candidate.owner.toLowerCase() === owner && candidate.name.toLowerCase() === name);
  const actor = http.get("actor");
  if (repository === undefined || !may(actor, repository, "metadata", "read")) throw notFound();
  if (!may(actor, repository, permission, level)) throw refusal(actor);
  return repository;
}

/** The repository, for what any one of these permissions opens: conversations belong to issues and to pulls. */
export function repositoryForAny(
  http: HttpContext,
  store: Store,
  permissions: readonly string[],
  level: PermissionLevel,
): Repository {
  const repository = repositoryFor(http, store, "metadata", "read");
  const actor = http.get("actor");
  if (!permissions.some((permission) => may(actor, repository, permission, level))) throw refusal(actor);
  return repository;
}

/** What an actor is told who may see the repository but not do that. */
export function refusal(actor: Actor): ApiError {
  if (actor.kind === "anonymous") return new ApiError(401, "Requires authentication");
  const isPerson = actor.kind === "token" && actor.token.permissions === null;
  return isPerson ? forbidden("Must have admin rights to Repository.") : forbidden();
}

/** The acting user, for routes that need one; anonymous callers get 401 as GitHub gives it. */
export function actingUser(http: HttpContext): User {
  const actor = http.get("actor");
  if (actor.kind !== "token") throw new ApiError(401, "Requires authentication");
  return actor.user;
}

/** True when the request bears an Actions GITHUB_TOKEN. */
export function byJobToken(http: HttpContext): boolean {
  const actor = http.get("actor");
  return actor.kind === "token" && actor.token.kind === "job";
}

/** The body as a JSON object; 400 with GitHub's words if it is not one. No body counts as {}. */
export async function jsonBody(http: HttpContext): Promise<Record<string, unknown>> {
  const value = await jsonValue(http);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new ApiError(400, "Problems parsing JSON");
}

/** The body as any JSON; 400 with GitHub's words if it is none. No body counts as {}. */
export async function jsonValue(http: HttpContext): Promise<unknown> {
  const text = await http.req.text();
  if (text.trim() === "") return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiError(400, "Problems parsing JSON");
  }
}

/** The page the request asks for (`per_page` clamped to 1..100, `page` from 1) and its Link header. */
export function paginate<Item>(http: HttpContext, items: readonly Item[]): Item[] {
  const url = new URL(http.req.url);
  const number = (name: string, fallback: number) => {
    const value = Number(url.searchParams.get(name) ?? fallback);
    return Number.isFinite(value) && value >= 1 ? Math.min(Math.floor(value), Number.MAX_SAFE_INTEGER) : fallback;
  };
  const perPage = Math.min(number("per_page", 30), 100);
  const page = number("page", 1);
  const last = Math.max(1, Math.ceil(items.length / perPage));
  const link = (target: number, rel: string) => {
    url.searchParams.set("page", String(target));
    return `<${url.toString()}>; rel="${rel}"`;
  };
  const links: string[] = [];
  // A page far behind the last one has that as its previous one.
  if (page > 1) links.push(link(Math.min(page - 1, last), "prev"), link(1, "first"));
  if (page < last) links.push(link(page + 1, "next"), link(last, "last"));
  if (links.length > 0) http.header("Link", links.join(", "));
  return items.slice((page - 1) * perPage, page * perPage);
}
