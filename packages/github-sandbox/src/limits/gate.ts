/** Where every request comes through: limits are counted, and told in the answer's headers. */
import type { Actor, RestContext } from "../rest/kit.ts";
import type { Clock } from "../world/world.ts";
import type { Limits } from "./limits.ts";
import { exhausted, type Primary, type Resource, startPrimary } from "./primary.ts";
import { askedBy, type Refusal, startSecondary } from "./secondary.ts";

export interface Gate {
  /** Lets the work be done if the actor has any left. @throws ApiError 403 in GitHub's words if not. */
  through(context: RestContext, requestId: string, work: () => Promise<void>): Promise<void>;
  /** A GraphQL request turned out to change something. @throws ApiError 403 */
  mutation(context: RestContext): void;
  seen: Primary["seen"];
}

export function startGate(clock: Clock, limits: Limits): Gate {
  const primary = startPrimary(clock, limits);
  const secondary = startSecondary(clock, limits);

  function heed(context: RestContext, refusal: Refusal | null): void {
    if (refusal === null) return;
    context.header("Retry-After", String(refusal.retryAfter));
    throw refusal.error;
  }

  /** Asking for the limits costs nothing, and is answered when nothing is left. */
  function takePrimary(context: RestContext, actor: Actor, resource: Resource, requestId: string): void {
    if (!context.req.path.endsWith("/rate_limit") && !primary.take(actor, resource)) throw exhausted(actor, requestId);
  }

  return {
    seen: primary.seen,
    async through(context, requestId, work) {
      const actor = context.get("actor");
      const asked = askedBy(context.req.method, context.req.path);
      try {
        heed(context, secondary.enter(actor));
        try {
          takePrimary(context, actor, asked.resource, requestId);
          heed(context, secondary.take(actor, asked));
          await work();
        } finally {
          secondary.leave(actor);
        }
        // https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#use-conditional-requests-if-appropriate
        if (context.res.status === 304 && actor.kind !== "anonymous") primary.giveBack(actor, asked.resource);
      } finally {
        addHeaders(context, primary, actor, asked.resource);
      }
    },
    mutation(context) {
      heed(context, secondary.take(context.get("actor"), { resource: "graphql", points: 4, isContent: true }));
    },
  };
}

function addHeaders(context: RestContext, primary: Primary, actor: Actor, resource: Resource): void {
  const rate = primary.seen(actor, resource);
  context.header("X-RateLimit-Limit", String(rate.limit));
  context.header("X-RateLimit-Remaining", String(rate.remaining));
  context.header("X-RateLimit-Used", String(rate.used));
  context.header("X-RateLimit-Reset", String(rate.reset));
  context.header("X-RateLimit-Resource", resource);
}
