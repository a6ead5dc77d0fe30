/**
 * Applies the primary limit: REST requests and GraphQL points per caller and hour. Counts are kept in memory, so a
 * restart begins a new hour for everyone.
 */

import { ApiError } from "../access/errors.ts";
import type { Actor } from "../access/permissions.ts";
import type { Schema } from "../render/site.ts";
import type { Clock } from "../store/store.ts";
import { callerOf, keyOf, type Limits } from "./limits.ts";

export type Resource = "core" | "graphql";
type Rate = Schema<"rate-limit">;

export interface Primary {
  /** Counts one request. Returns false and counts nothing if none is left. */
  take(actor: Actor, resource: Resource): boolean;
  /** Takes one request back that turned out to cost nothing. */
  giveBack(actor: Actor, resource: Resource): void;
  seen(actor: Actor, resource: Resource): Rate;
}

const windowSeconds = 3600;

export function startPrimary(clock: Clock, limits: Limits): Primary {
  const windows = new Map<string, { used: number; reset: number }>();

  function windowOf(actor: Actor, resource: Resource): { used: number; reset: number } {
    const now = Math.floor(clock.now().getTime() / 1000);
    const key = `${resource} ${keyOf(actor)}`;
    const known = windows.get(key);
    if (known !== undefined && known.reset > now) return known;
    const fresh = { used: 0, reset: now + windowSeconds };
    windows.set(key, fresh);
    return fresh;
  }

  const limitOf = (actor: Actor, resource: Resource) =>
    resource === "graphql" ? limits.graphqlHourly : limits.hourly[callerOf(actor)];

  return {
    take(actor, resource) {
      const window = windowOf(actor, resource);
      if (window.used >= limitOf(actor, resource)) return false;
      window.used += 1;
      return true;
    },
    giveBack(actor, resource) {
      const window = windowOf(actor, resource);
      window.used = Math.max(0, window.used - 1);
    },
    seen(actor, resource) {
      const { used, reset } = windowOf(actor, resource);
      const limit = limitOf(actor, resource);
      return { limit, used, reset, remaining: limit - used };
    },
  };
}

const documentation = "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api";

/**
 * Returns GitHub's 403. Message: https://github.com/rust-lang/rustlings/issues/1208,
 * https://github.com/upptime/upptime/issues/786
 */
export function exhausted(actor: Actor, requestId: string): ApiError {
  return new ApiError(403, `API rate limit exceeded for ${describeCaller(actor, requestId)}`, {
    documentation_url: documentation,
  });
}

function describeCaller(actor: Actor, requestId: string): string {
  const support = `If you reach out to GitHub Support for help, please include the request ID ${requestId}.`;
  if (actor.kind === "app") return `app ID ${actor.app.id}. ${support}`;
  if (actor.kind === "token") {
    const { installationId, userId, kind } = actor.token;
    if (kind === "installation") return `installation ID ${installationId}. ${support}`;
    // A GITHUB_TOKEN belongs to Actions' installation on the repository.
    return kind === "job" ? `installation. ${support}` : `user ID ${userId}. ${support}`;
  }
  const better = "Authenticated requests get a higher rate limit. Check out the documentation for more details.";
  return `127.0.0.1. (But here's the good news: ${better})`;
}
