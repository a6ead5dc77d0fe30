/**
 * The outbox runs the effects that steps wrote down, until each of them has ended.
 *
 * Properties
 * - An effect runs at least once. It can run twice, so its executor in `effects/` finds before it creates.
 * - The end of an effect and the events of its outcome are written in one transaction, and only while the lease is live. Of two
 *   processes that run the same effect, one writes its outcome.
 * - Effects with the same ordering key run one at a time, in order. One that waits for its next try keeps its place; the store
 *   sees to that.
 * - Every effect ends. One that is refused, or fails `MAX_ATTEMPTS` times, ends with `effect.failed`, so that no aggregate waits
 *   for ever. `Refused` is never tried again; `Unavailable` and every unknown error are.
 * - `runClaimed` throws only when the store fails.
 *
 * Effects come from steps (`step.ts`): external effects as soon as their pacing window ends, timers at the time they are due.
 *
 * Races
 * - A process dies between the call and its end: the lease runs out and another process claims the effect. It finds what the
 *   first one did.
 * - A lease runs out while the effect is still under way: two processes run it. The store refuses the end of the first, because
 *   its fencing token is old.
 * - The clock jumps and this process claims an effect that it is still running: `loop.ts` lets the second run wait for the first,
 *   and for GitHub's lists to show what the first one made.
 * - A step asks again for an effect that runs now: the row is armed again and runs once more. Each run has an outcome of its own,
 *   since the lease is part of the outcome's key.
 * - A step withdraws an effect that runs now: the effect continues. The core ignores an outcome that it does not expect.
 * - A timer is set for the same time again after it was due: it is due again, for the same reason.
 *
 * Accepted
 * - The store fails while it writes the outcome: the effect is given back and runs again although it has happened.
 * - Another version of Headgate stored an effect that this one cannot read: it fails as `platform-unknown`. The aggregate then
 *   asks for it again, in the words of this version.
 * - `pull.merge` is not tried again after an outage (`effects/pulls.ts`): what was judged before a pause says nothing about after
 *   it, so the core observes and judges again.
 *
 * Dropped
 * - Renewing leases while an effect runs: an effect that hangs would hold its ordering key for ever. The lease is longer than the
 *   slowest effect instead.
 */
import { z } from "zod";
import { Effect } from "../core/effect.ts";
import type { Event } from "../core/event.ts";
import type { Failure } from "../core/failure.ts";
import { performEffect } from "./effects/index.ts";
import type { OutcomeEvent } from "./effects/outcome-event.ts";
import { Refused, Unavailable } from "./github-port.ts";
import type { Outside } from "./outside.ts";
import type { Inside } from "./remembered.ts";
import { describe } from "./step.ts";
import type { ClaimedEffect, InboxEvent } from "./store-port.ts";

/** With the back-off below about 25 minutes: longer than most outages of GitHub. */
const MAX_ATTEMPTS = 30;
const LONGEST_BACKOFF_MS = 60_000;
/** Longer than the slowest effect: a planner streams for minutes. A shorter lease would have two processes plan. */
const LEASE_MS = 15 * 60_000;
/** GitHub's lists show new runs, pulls and comments within seconds. */
const LISTED_AFTER_MS = 30_000;

export function leaseUntil(now: number): string {
  return new Date(now + LEASE_MS).toISOString();
}

/**
 * Runs one claimed effect until it is done, given back for another try, or given up. Returns false where its lease had run out, so
 * that its end does not count. Throws only when the store fails.
 */
export async function runClaimed(outside: Inside, claimed: ClaimedEffect): Promise<boolean> {
  const { store, log } = outside;
  const effect = Effect.safeParse(claimed.effect);
  if (!effect.success) {
    log.error({ effect: claimed.id, error: z.prettifyError(effect.error) }, "a stored effect does not parse");
    return await store.complete(claimed, inboxed(outside, unreadable(claimed)), iso(outside.now()));
  }
  try {
    const outcomes = await outcomeOf(outside, claimed, effect.data);
    return await store.complete(claimed, inboxed(outside, outcomes), iso(outside.now()));
  } catch (error) {
    return giveUpOrRetry(outside, claimed, effect.data, error);
  }
}

/** Reads as much of another version's effect as its `effect.failed` needs. */
const Foreign = z.object({
  type: z.string(),
  task: z.string().nullable().catch(null),
  pull: z.number().nullable().catch(null),
  head: z.string().nullable().catch(null),
});

/** Fails the effect, so that its aggregate asks again. Returns nothing where not even the type can be read. */
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
    // Without the lease a timer that is set for the same time again would be dropped as a duplicate.
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
  return performEffect(outside, aggregate, effect, claimed.lease);
}

async function giveUpOrRetry(
  outside: Outside,
  claimed: ClaimedEffect,
  effect: Effect,
  error: unknown,
): Promise<boolean> {
  const { store, log } = outside;
  const fields = { aggregate: claimed.aggregate, operation: effect.type, key: claimed.key, attempt: claimed.attempts };
  const now = outside.now();
  if (!(error instanceof Refused) && claimed.attempts < MAX_ATTEMPTS) {
    const asked = error instanceof Unavailable ? error.afterMs : null;
    const delay = asked ?? Math.min(500 * 2 ** Math.min(claimed.attempts - 1, 20), LONGEST_BACKOFF_MS);
    if (error instanceof Unavailable)
      log.warn({ ...fields, delay, error: describe(error) }, "an effect is tried again later");
    else log.error({ ...fields, delay, error: describe(error), stack: (error as Error).stack }, "an effect threw");
    return store.release(claimed, iso(now + delay), iso(now), describe(error));
  }
  log.error({ ...fields, error: describe(error) }, "an effect is given up");
  const message = await outside.scanner.redact(error instanceof Error ? error.message : "");
  const outcomes = [
    {
      aggregate: claimed.aggregate,
      key: `failed:${claimed.key}:${claimed.lease}`,
      event: failed(effect, claimed, error, message),
    },
  ];
  return store.complete(claimed, inboxed(outside, outcomes), iso(now));
}

/** Gives back an effect whose last run here lost its lease. By the next run GitHub's lists show what that one made. */
export function giveBack({ store, now }: Outside, claimed: ClaimedEffect): Promise<boolean> {
  return store.release(claimed, iso(now() + LISTED_AFTER_MS), iso(now()), "its lease ran out while it ran");
}

function failed(effect: Effect, claimed: ClaimedEffect, error: unknown, message: string): Event {
  const failure: Failure = {
    class: error instanceof Refused ? "policy-blocked" : "platform-unknown",
    cause: { kind: "outside", text: message.slice(0, 2_000) },
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
