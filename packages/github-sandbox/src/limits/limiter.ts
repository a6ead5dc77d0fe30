/** Applies the rate limits to every request and writes them into the answer's headers. */
import type { Actor } from "../access/permissions.ts";
import type { HttpContext } from "../rest/kit.ts";
import type { Clock } from "../store/store.ts";
import type { Limits } from "./limits.ts";
import { exhausted, type Primary, type Resource, startPrimary } from "./primary.ts";
import { askedBy, type Refusal, startSecondary } from "./secondary.ts";

export interface Limiter {
  /** Runs `work` if the actor has requests left. @throws ApiError 403 with GitHub's message otherwise. */
  through(http: HttpContext, requestId: string, work: () => Promise<void>): Promise<void>;
  /** Counts a GraphQL request as a mutation, once its query is parsed. @throws ApiError 403 */
  mutation(http: HttpContext): void;
  seen: Primary["seen"];
}

export function startLimiter(clock: Clock, limits: Limits): Limiter {
  const primary = startPrimary(clock, limits);
  const secondary = startSecondary(clock, limits);

  function heed(http: HttpContext, refusal: Refusal | null): void {
    if (refusal === null) return;
    http.header("Retry-After", String(refusal.retryAfter));
    throw refusal.error;
  }

  /** `GET /rate_limit` costs nothing and works with nothing left. */
  function takePrimary(http: HttpContext, actor: Actor, resource: Resource, requestId: string): void {
    if (!http.req.path.endsWith("/rate_limit") && !primary.take(actor, resource)) throw exhausted(actor, requestId);
  }

  return {
    seen: primary.seen,
    async through(http, requestId, work) {
      const actor = http.get("actor");
      const asked = askedBy(http.req.method, http.req.path);
      try {
        heed(http, secondary.enter(actor));
        try {
          takePrimary(http, actor, asked.resource, requestId);
          heed(http, secondary.take(actor, asked));
          await work();
        } finally {
          secondary.leave(actor);
        }
        // https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#use-conditional-requests-if-appropriate
        if (http.res.status === 304 && actor.kind !== "anonymous") primary.giveBack(actor, asked.resource);
      } finally {
        addHeaders(http, primary, actor, asked.resource);
      }
    },
    mutation(http) {
      heed(http, secondary.take(http.get("actor"), { resource: "graphql", points: 4, isContent: true }));
    },
  };
}

function addHeaders(http: HttpContext, primary: Primary, actor: Actor, resource: Resource): void {
  const rate = primary.seen(actor, resource);
  http.header("X-RateLimit-Limit", String(rate.limit));
  http.header("X-RateLimit-Remaining", String(rate.remaining));
  http.header("X-RateLimit-Used", String(rate.used));
  http.header("X-RateLimit-Reset", String(rate.reset));
  http.header("X-RateLimit-Resource", resource);
}
