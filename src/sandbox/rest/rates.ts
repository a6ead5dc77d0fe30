/**
 * How many requests each actor made in its present hour, as GitHub's headers tell. The limit is generous and nothing is
 * refused: it is there for clients that watch it.
 */
import type { Schema } from "../shapes/site.ts";
import type { Clock } from "../world/world.ts";
import type { Actor } from "./kit.ts";

export interface Rates {
  /** Counts one request. */
  take(actor: Actor): Schema<"rate-limit">;
  seen(actor: Actor): Schema<"rate-limit">;
}

/** What an App on a large organisation gets. */
const limit = 15_000;
const windowSeconds = 3600;

export function startRates(clock: Clock): Rates {
  const windows = new Map<string, { used: number; reset: number }>();

  function windowOf(actor: Actor): { used: number; reset: number } {
    const now = Math.floor(clock.now().getTime() / 1000);
    const key = keyOf(actor);
    const known = windows.get(key);
    if (known !== undefined && known.reset > now) return known;
    const fresh = { used: 0, reset: now + windowSeconds };
    windows.set(key, fresh);
    return fresh;
  }

  function seen(actor: Actor): Schema<"rate-limit"> {
    const { used, reset } = windowOf(actor);
    return { limit, used, reset, remaining: Math.max(0, limit - used) };
  }

  return {
    seen,
    take(actor) {
      windowOf(actor).used += 1;
      return seen(actor);
    },
  };
}

/** GitHub counts by installation, by App and by person; whoever has no name shares one count. */
function keyOf(actor: Actor): string {
  if (actor.kind === "anonymous") return "anonymous";
  return actor.kind === "app" ? `app:${actor.app.id}` : `user:${actor.token.installationId ?? actor.token.userId}`;
}
