/** Finds out who sent a request, from its Authorization header. REST, GraphQL and git use it. */

import type { App, Installation, Token } from "../store/entities.ts";
import { actionsApp } from "../store/github-actions.ts";
import type { Clock, Store } from "../store/store.ts";
import { ApiError, SUSPENDED } from "./errors.ts";
import { appFromJwt, looksLikeJwt } from "./jwt.ts";
import type { Actor } from "./permissions.ts";

/**
 * Reads the token from basic authentication. git sends it as the password with any user name, or as the user name with
 * an empty or placeholder password.
 */
function tokenOfBasic(encoded: string): string {
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  const user = colon === -1 ? text : text.slice(0, colon);
  const password = colon === -1 ? "" : text.slice(colon + 1);
  return password === "" || password === "x-oauth-basic" ? user : password;
}

function tokenOf(header: string): string {
  const match = /^(bearer|token|basic)\s+(.+)$/i.exec(header.trim());
  const [, scheme = "", value = ""] = match ?? [];
  return scheme.toLowerCase() === "basic" ? tokenOfBasic(value) : value.trim();
}

/**
 * Returns the sender of the request; without a header, the anonymous actor.
 * @throws ApiError 401 if the token is unknown or expired.
 */
export function authenticate(context: { store: Store; clock: Clock }, header: string | null | undefined): Actor {
  if (header === undefined || header === null || header.trim() === "") return { kind: "anonymous" };
  const text = tokenOf(header);
  if (looksLikeJwt(text)) return { kind: "app", app: appFromJwt(context, text) };
  const token = context.store.table("tokens").get(text);
  const user = token === undefined ? undefined : context.store.table("users").get(token.userId);
  if (token === undefined || user === undefined) throw new ApiError(401, "Bad credentials");
  if (token.expiresAt !== null && Date.parse(token.expiresAt) <= context.clock.now().getTime()) {
    throw new ApiError(401, "Bad credentials");
  }
  const installation =
    token.installationId === null ? undefined : context.store.table("installations").get(token.installationId);
  if (token.kind === "installation" && installation === undefined) throw new ApiError(401, "Bad credentials");
  if (typeof installation?.suspendedAt === "string") throw new ApiError(403, SUSPENDED);
  return { kind: "token", token, user, app: appBehind(context.store, token, installation) };
}

function appBehind(store: Store, token: Token, installation: Installation | undefined): App | null {
  if (token.kind === "job") return actionsApp(store);
  return installation === undefined ? null : (store.table("apps").get(installation.appId) ?? null);
}
