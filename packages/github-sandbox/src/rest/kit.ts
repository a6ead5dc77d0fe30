/** Shared by all REST routes: the actor, the repository that a path names, bodies and pages. */

import { type Context, Hono } from "hono";
import { ApiError, forbidden, notFound } from "../access/errors.ts";
import type { Initiator } from "../access/initiator.ts";
import { type Actor, may, refusal } from "../access/permissions.ts";
import { type ActingScope, actingScope, type RepositoryScope, type SandboxContext, scopeOf } from "../context.ts";
import { isArchived } from "../repositories/change.ts";
import type { Repository, User } from "../store/entities.ts";

export type RestEnv = { Variables: { actor: Actor } };
export type Rest = Hono<RestEnv>;
export type HttpContext = Context<RestEnv>;

type Level = "read" | "write";

const ARCHIVED = "Repository was archived so is read-only.";

export function newRest(): Rest {
  return new Hono<RestEnv>();
}

/**
 * Returns the scope of the repository in the path. At level `write` it also holds the acting user.
 * @throws ApiError 404 if the actor cannot see the repository, 403 without the permission.
 */
export function scopeFor(
  http: HttpContext,
  context: SandboxContext,
  permission: string,
  level: "read",
): RepositoryScope;
export function scopeFor(http: HttpContext, context: SandboxContext, permission: string, level: "write"): ActingScope;
export function scopeFor(http: HttpContext, context: SandboxContext, permission: string, level: Level): RepositoryScope;
export function scopeFor(
  http: HttpContext,
  context: SandboxContext,
  permission: string,
  level: Level,
): RepositoryScope {
  const repository = repositoryFor(http, context, permission, level);
  return level === "read" ? scopeOf(context, repository) : actingScope(context, repository, initiatorOf(http));
}

/** Returns the scope for changes of the repository itself, which it also takes while it is archived. */
export function scopeToAdminister(http: HttpContext, context: SandboxContext): ActingScope {
  const repository = repositoryFor(http, context, "administration", "read");
  if (!may(http.get("actor"), repository, "administration", "write")) throw refusal(http.get("actor"));
  return actingScope(context, repository, initiatorOf(http));
}

/**
 * Returns the scope for what everyone who sees the repository may do as a person: open an issue, comment, react. A scoped
 * token needs one of the permissions.
 */
export function scopeToJoin(http: HttpContext, context: SandboxContext, permissions: readonly string[]): ActingScope {
  const repository = repositoryFor(http, context, "metadata", "read");
  const initiator = initiatorOf(http);
  const actor = http.get("actor");
  const scoped = actor.kind === "token" && actor.token.permissions !== null;
  if (isArchived(repository)) throw forbidden(ARCHIVED);
  if (scoped && !permissions.some((permission) => may(actor, repository, permission, "write"))) throw forbidden();
  return actingScope(context, repository, initiator);
}

/** Returns the scope if the actor has any of the permissions. Conversations belong to issues and to pulls. */
export function scopeForAny(
  http: HttpContext,
  context: SandboxContext,
  any: readonly string[],
  level: "read",
): RepositoryScope;
export function scopeForAny(
  http: HttpContext,
  context: SandboxContext,
  any: readonly string[],
  level: "write",
): ActingScope;
export function scopeForAny(
  http: HttpContext,
  context: SandboxContext,
  any: readonly string[],
  level: Level,
): RepositoryScope {
  const repository = repositoryFor(http, context, "metadata", "read");
  const actor = http.get("actor");
  if (!any.some((permission) => may(actor, repository, permission, level))) throw refusal(actor);
  if (level === "write" && isArchived(repository)) throw forbidden(ARCHIVED);
  return level === "read" ? scopeOf(context, repository) : actingScope(context, repository, initiatorOf(http));
}

function repositoryFor(http: HttpContext, { store }: SandboxContext, permission: string, level: Level): Repository {
  const owner = (http.req.param("owner") ?? "").toLowerCase();
  const name = (http.req.param("repo") ?? "").toLowerCase();
  const repository = store
    .table("repositories")
    .find((candidate) => candidate.owner.toLowerCase() === owner && candidate.name.toLowerCase() === name);
  const actor = http.get("actor");
  if (repository === undefined || !may(actor, repository, "metadata", "read")) throw notFound();
  if (!may(actor, repository, permission, level)) throw refusal(actor);
  if (level === "write" && isArchived(repository)) throw forbidden(ARCHIVED);
  return repository;
}

export function initiatorOf(http: HttpContext): Initiator {
  return { user: actingUser(http), byJobToken: byJobToken(http) };
}

/** Returns the acting user. @throws ApiError 401 for anonymous callers and Apps. */
export function actingUser(http: HttpContext): User {
  const actor = http.get("actor");
  if (actor.kind !== "token") throw new ApiError(401, "Requires authentication");
  return actor.user;
}

/** Returns true if the request has an Actions GITHUB_TOKEN. */
function byJobToken(http: HttpContext): boolean {
  const actor = http.get("actor");
  return actor.kind === "token" && actor.token.kind === "job";
}

/** Parses the body as a JSON object. An empty body counts as {}. @throws ApiError 400 */
export async function jsonBody(http: HttpContext): Promise<Record<string, unknown>> {
  const value = await jsonValue(http);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new ApiError(400, "Problems parsing JSON");
}

/** Parses the body as any JSON. An empty body counts as {}. @throws ApiError 400 */
export async function jsonValue(http: HttpContext): Promise<unknown> {
  const text = await http.req.text();
  if (text.trim() === "") return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiError(400, "Problems parsing JSON");
  }
}

/** Returns the requested page (`per_page` clamped to 1..100, `page` from 1) and sets the Link header. */
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
  // The previous page of one far behind the end is the last one.
  if (page > 1) links.push(link(Math.min(page - 1, last), "prev"), link(1, "first"));
  if (page < last) links.push(link(page + 1, "next"), link(last, "last"));
  if (links.length > 0) http.header("Link", links.join(", "));
  return items.slice((page - 1) * perPage, page * perPage);
}
