/**
 * Applies the secondary limits: concurrent requests, points per minute, content created.
 * https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits
 */

import { ApiError } from "../access/errors.ts";
import type { Actor } from "../access/permissions.ts";
import type { Clock } from "../store/store.ts";
import { keyOf, type Limits } from "./limits.ts";
import type { Resource } from "./primary.ts";

export interface Refusal {
  error: ApiError;
  /** `Retry-After`, in seconds. */
  retryAfter: number;
}

export interface RequestCost {
  resource: Resource;
  points: number;
  isContent: boolean;
}

export interface Secondary {
  /** Counts the request. Counts nothing if it returns a refusal. */
  take(actor: Actor, asked: RequestCost): Refusal | null;
  /** Begins a request. Callers must call `leave` at its end. */
  enter(actor: Actor): Refusal | null;
  leave(actor: Actor): void;
}

const minute = 60;
const hour = 3600;

/** GitHub's advice where no window gives a time to wait. */
const unknownWait = minute;

export function startSecondary(clock: Clock, limits: Limits): Secondary {
  const windows = new Map<string, { used: number; end: number }>();
  const present = new Map<string, number>();

  function windowOf(key: string, seconds: number): { used: number; end: number } {
    const now = clock.now().getTime() / 1000;
    const known = windows.get(key);
    if (known !== undefined && known.end > now) return known;
    const fresh = { used: 0, end: now + seconds };
    windows.set(key, fresh);
    return fresh;
  }

  const waitFor = (window: { end: number }) => Math.max(1, Math.ceil(window.end - clock.now().getTime() / 1000));

  return {
    take(actor, { resource, points, isContent }) {
      const key = keyOf(actor);
      const pointsLimit = resource === "graphql" ? limits.graphqlPointsPerMinute : limits.restPointsPerMinute;
      const rows = [
        { window: windowOf(`${resource} ${key}`, minute), limit: pointsLimit, add: points, refused: tooMuch },
        ...(isContent
          ? [
              { window: windowOf(`minute ${key}`, minute), limit: limits.contentPerMinute, add: 1, refused: tooMany },
              { window: windowOf(`hour ${key}`, hour), limit: limits.contentPerHour, add: 1, refused: tooMany },
            ]
          : []),
      ];
      const full = rows.find(({ window, limit, add }) => window.used + add > limit);
      if (full !== undefined) return { error: full.refused(), retryAfter: waitFor(full.window) };
      for (const { window, add } of rows) window.used += add;
      return null;
    },
    enter(actor) {
      const key = keyOf(actor);
      const others = present.get(key) ?? 0;
      if (others >= limits.concurrent) return { error: tooMuch(), retryAfter: unknownWait };
      present.set(key, others + 1);
      return null;
    },
    leave(actor) {
      const key = keyOf(actor);
      const left = (present.get(key) ?? 1) - 1;
      if (left > 0) present.set(key, left);
      else present.delete(key);
    },
  };
}

const documentation =
  "https://docs.github.com/free-pro-team@latest/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits";

export function tooMuch(): ApiError {
  const message = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
  return new ApiError(403, message, { documentation_url: documentation });
}

/** Message: https://github.com/hisxo/gitGraber/issues/43 */
function tooMany(): ApiError {
  const message =
    "You have exceeded a secondary rate limit and have been temporarily blocked from content creation. Please retry your request again later.";
  return new ApiError(403, message, { documentation_url: documentation });
}

/**
 * Paths that create content and notify people: octokit's own list (https://github.com/octokit/plugin-throttling.js,
 * src/generated/triggers-notification-endpoints.ts), reduced to the routes of the sandbox.
 */
const contentPaths = [
  /\/issues$/,
  /\/issues\/\d+\/(comments|sub_issues|assignees|labels)$/,
  /\/pulls$/,
  /\/pulls\/\d+\/(comments|reviews|merge|requested_reviewers)$/,
  /\/pulls\/\d+\/comments\/\d+\/replies$/,
  /\/pulls\/\d+\/reviews\/\d+\/events$/,
  /\/commits\/[^/]+\/comments$/,
];

export function askedBy(method: string, path: string): RequestCost {
  const resource = path.endsWith("/graphql") ? "graphql" : "core";
  const reads = method === "GET" || method === "HEAD" || method === "OPTIONS";
  return {
    resource,
    // A GraphQL request turns out to be a mutation only once it is parsed. `mutation` counts its other points then.
    points: reads || resource === "graphql" ? 1 : 5,
    isContent: (method === "POST" || method === "PUT") && contentPaths.some((pattern) => pattern.test(path)),
  };
}
