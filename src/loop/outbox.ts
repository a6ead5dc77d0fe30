/** Effects waiting become effects: claimed with a lease, tried again within limits, their outcome and end written together. */
import { z } from "zod";
import { Effect } from "../core/effect.ts";
import type { Event } from "../core/event.ts";
import type { Failure } from "../core/failure.ts";
import { perform } from "./effects/index.ts";
import type { OutcomeEvent } from "./effects/outcome-event.ts";
import { Refused, Unavailable } from "./github-port.ts";
import type { Outside } from "./outside.ts";
import type { Inside } from "./remembered.ts";
import { describe } from "./step.ts";
import type { ClaimedEffect, InboxEvent } from "./store-port.ts";

/** With the back-off below about 25 minutes: longer than most outages, shorter than anyone's patience. */
const MAX_ATTEMPTS = 30;
const LONGEST_BACKOFF_MS = 60_000;
/** How long an effect may be at it before another process takes it over. Planning streams for minutes. */
const LEASE_MS = 15 * 60_000;

export function leaseUntil(now: number): string {
  return new Date(now + LEASE_MS).toISOString();
}

/** Run one claimed effect to its end: done, to be tried again, or given up. Never throws for outside reasons. */
export async function runClaimed(outside: Inside, claimed: ClaimedEffect): Promise<void> {
  const { store, log } = outside;
  const effect = Effect.safeParse(claimed.effect);
  if (!effect.success) {
    log.error({ effect: claimed.id, error: z.prettifyError(effect.error) }, "a stored effect does not parse");
    await store.complete(claimed, inboxed(outside, unreadable(claimed)), iso(outside.now()));
    return;
  }
  try {
    const outcomes = await outcomeOf(outside, claimed, effect.data);
    await store.complete(claimed, inboxed(outside, outcomes), iso(outside.now()));
  } catch (error) {
    await giveUpOrRetry(outside, claimed, effect.data, error);
  }
}

/** Of an effect in another version's words, as much as is needed to tell whoever waits for it. */
const Foreign = z.object({
  type: z.string(),
  task: z.string().nullable().catch(null),
  pull: z.number().nullable().catch(null),
  head: z.string().nullable().catch(null),
});

/** It failed for no reason of its own: asked for again, it is asked for in this version's words. */
function unreadable(claimed: ClaimedEffect): OutcomeEvent[] {
  const foreign = Foreign.safeParse(claimed.effect);
  if (!foreign.success) return [];
  const { type: effect, ...about } = foreign.data;
  const failure: Failure = { class: "platform-unknown", cause: { kind: "foreign-effect" }, details: [] };
  const key = `failed:${claimed.key}:${claimed.lease}`;
  return [
    {
      aggregate: claimed.aggregate,
      key,
      event: { type: "effect.failed", effect, key: claimed.key, ...about, failure },
    },
  ];
}

async function outcomeOf(outside: Inside, claimed: ClaimedEffect, effect: Effect): Promise<OutcomeEvent[]> {
  const { aggregate } = claimed;
  if (effect.type === "timer.set") {
    // With the lease: set again for the same time after it was due, it is due again.
    const key = `timer:${effect.timer}:${effect.dueAt}=${claimed.lease}`;
    return [{ aggregate, key, event: { type: "timer.due", timer: effect.timer } }];
  }
  if (effect.type === "timer.cancel" || effect.type === "withdraw" || effect.type === "send") {
    throw new Refused(`'${effect.type}' is done when it is decided and never waits`);
  }
  outside.log.debug(
    { aggregate, operation: effect.type, key: claimed.key, attempt: claimed.attempts },
    "an effect starts",
  );
  return perform(outside, aggregate, effect, claimed.lease);
}

async function giveUpOrRetry(outside: Outside, claimed: ClaimedEffect, effect: Effect, error: unknown): Promise<void> {
  const { store, log } = outside;
  const fields = { aggregate: claimed.aggregate, operation: effect.type, key: claimed.key, attempt: claimed.attempts };
  const now = outside.now();
  if (!(error instanceof Refused) && claimed.attempts < MAX_ATTEMPTS) {
    const asked = error instanceof Unavailable ? error.afterMs : null;
    const delay = asked ?? Math.min(500 * 2 ** Math.min(claimed.attempts - 1, 20), LONGEST_BACKOFF_MS);
    if (error instanceof Unavailable)
      log.warn({ ...fields, delay, error: describe(error) }, "an effect is tried again later");
    else log.error({ ...fields, delay, error: describe(error), stack: (error as Error).stack }, "an effect threw");
    await store.release(claimed, iso(now + delay), iso(now), describe(error));
    return;
  }
  log.error({ ...fields, error: describe(error) }, "an effect is given up");
  const outcomes = [
    {
      aggregate: claimed.aggregate,
      key: `failed:${claimed.key}:${claimed.lease}`,
      event: failed(effect, claimed, error),
    },
  ];
  await store.complete(claimed, inboxed(outside, outcomes), iso(now));
}

function failed(effect: Effect, claimed: ClaimedEffect, error: unknown): Event {
  const failure: Failure = {
    class: error instanceof Refused ? "policy-blocked" : "platform-unknown",
    cause: { kind: "outside", text: error instanceof Error ? error.message.slice(0, 2_000) : "" },
    details: [],
  };
  const task = "task" in effect && typeof effect.task === "string" ? effect.task : null;
  const pull = "pull" in effect ? effect.pull : null;
  const head = "head" in effect ? effect.head : null;
  return { type: "effect.failed", effect: effect.type, key: claimed.key, task, pull, head, failure };
}

function inboxed(outside: Outside, outcomes: readonly OutcomeEvent[]): InboxEvent[] {
  return outcomes.map(({ aggregate, key, event }) => ({
    id: outside.newId(),
    aggregate,
    key,
    event,
    at: iso(outside.now()),
  }));
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
