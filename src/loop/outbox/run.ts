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
 * - An effect that was claimed five times and came to no end ends processes, or outlasts its leases. It fails without a sixth run,
 *   and a person decides (`never-ended`).
 *
 * Effects come from steps (`step.ts`): external effects as soon as their pacing window ends, timers at the time they are due.
 *
 * Races
 * - A process dies between the call and its end: the lease is not renewed, runs out, and another process claims the effect. It finds
 *   what the first one did.
 * - A lease runs out while the effect is still under way, because the process or its database stood still: two processes run it. The
 *   store refuses the end of the first, because its fencing token is old.
 * - A process is stopped: it waits a little for what it runs and puts the rest back (`under-way.ts`). The same two processes may run it.
 * - The clock jumps and this process claims an effect that it is still running: `loop.ts` lets the second run wait for the first,
 *   and for GitHub's lists to show what the first one made.
 * - A step asks again for an effect that runs now: the row is armed again and runs once more. Each run has an outcome of its own,
 *   since the lease is part of the outcome's key.
 * - A step withdraws an effect that runs now: the effect continues. The core ignores an outcome that it does not expect.
 * - A timer is set for the same time again after it was due: it is due again, for the same reason.
 *
 * Accepted
 * - The store fails for good while it writes the outcome: the effect runs again although it has happened. An outage of the store is
 *   waited for (`loop.ts`), and then the outcome is written.
 * - Another version of Headgate stored an effect that this one cannot read: it fails as `platform-unknown`. The aggregate then
 *   asks for it again, in the words of this version.
 * - `pull.merge` is not tried again after an outage (`effects/pulls.ts`): what was judged before a pause says nothing about after
 *   it, so the core observes and judges again.
 *
 * Dropped
 * - A lease longer than the slowest effect, without renewals: a kill would stop what the process ran for a quarter of an hour.
 */
import { z } from "zod";
import { Effect } from "../../core/effect.ts";
import type { Event } from "../../core/event.ts";
import type { Failure } from "../../core/failure.ts";
import { topics } from "../../core/keys.ts";
import { performEffect } from "../effects/index.ts";
import type { OutcomeEvent } from "../effects/outcome-event.ts";
import { NotNext } from "../effects/sharing.ts";
import { Closed, Refused, Unavailable } from "../github-port.ts";
import type { Inside } from "../memory/states.ts";
import type { Outside } from "../outside.ts";
import { describe } from "../step.ts";
import type { ClaimedEffect, InboxEvent, Store } from "../store-port.ts";

/** With the back-off below about 25 minutes: longer than most outages of GitHub. */
const MAX_ATTEMPTS = 30;
const LONGEST_BACKOFF_MS = 60_000;
/** Claims without an end after which an effect is not run any more. Each of them was a process that died or lost its lease. */
const MOST_UNENDED = 5;
/** An effect on a repository that is closed to the App is tried again after this time, without counting as a try. */
const CLOSED_AGAIN_MS = 60_000;
/** An attempt that waits for those of other features looks again after this time. */
const NEXT_AGAIN_MS = 5_000;
const CLOSED_TOLD_MS = 5 * 60_000;
/** GitHub's lists show new runs, pulls and comments within seconds. */
const LISTED_AFTER_MS = 30_000;

/** How one run of an effect ended, to be written into the store. */
export type End =
  | { end: "done"; events: InboxEvent[]; unended?: number }
  | { end: "retry"; afterMs: number; error: string }
  | { end: "put-back"; afterMs: number };

/** Returns false where the lease had run out, so that the end does not count. Throws only when the store fails. */
export function writeEnd(store: Store, claimed: ClaimedEffect, end: End): Promise<boolean> {
  switch (end.end) {
    case "done":
      return store.complete(claimed, end.events, end.unended);
    case "retry":
      return store.release(claimed, end.afterMs, end.error);
    case "put-back":
      return store.putBack(claimed, end.afterMs);
  }
}

/** Runs one claimed effect until it is done, to be tried again, or given up. Never throws. */
export async function runClaimed(outside: Inside, claimed: ClaimedEffect): Promise<End> {
  const effect = Effect.safeParse(claimed.effect);
  if (!effect.success) {
    outside.log.error({ effect: claimed.id, error: z.prettifyError(effect.error) }, "a stored effect does not parse");
    return done(outside, unreadable(claimed));
  }
  if (claimed.unended >= MOST_UNENDED) return quarantined(outside, claimed, effect.data);
  try {
    return done(outside, await outcomeOf(outside, claimed, effect.data));
  } catch (error) {
    if (error instanceof NotNext) return { end: "put-back", afterMs: NEXT_AGAIN_MS };
    if (error instanceof Closed && (await waitsForRepository(outside, effect.data))) {
      return { end: "put-back", afterMs: CLOSED_AGAIN_MS };
    }
    return giveUpOrRetry(outside, claimed, effect.data, error);
  }
}

function done(outside: Outside, outcomes: readonly OutcomeEvent[]): End {
  return { end: "done", events: inboxed(outside, outcomes) };
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
  return performEffect(outside, effect, claimed);
}

/**
 * Tells the features of a repository that is closed to the App. Returns false where none is left: what a deleted one still asked for
 * would be tried for ever.
 */
async function waitsForRepository({ store, now }: Outside, effect: Effect): Promise<boolean> {
  if (!("repo" in effect)) return false;
  const topic = topics.repository(effect.repo);
  if ((await store.routed(topic)).length === 0) return false;
  const at = now();
  // One hint for all effects that find it closed within some minutes.
  const key = `closed:${Math.floor(at / CLOSED_TOLD_MS)}`;
  const event = { type: "hinted" as const, topic: { kind: "repository" as const, deleted: false } };
  await store.receive([], [{ topic, key, event, at: iso(at) }]);
  return true;
}

async function giveUpOrRetry(outside: Outside, claimed: ClaimedEffect, effect: Effect, error: unknown): Promise<End> {
  const { log } = outside;
  const fields = { aggregate: claimed.aggregate, operation: effect.type, key: claimed.key, attempt: claimed.attempts };
  if (!(error instanceof Refused) && claimed.attempts < MAX_ATTEMPTS) {
    const asked = error instanceof Unavailable ? error.afterMs : null;
    const delay = asked ?? Math.min(500 * 2 ** Math.min(claimed.attempts - 1, 20), LONGEST_BACKOFF_MS);
    if (error instanceof Unavailable)
      log.warn({ ...fields, delay, error: describe(error) }, "an effect is tried again later");
    else log.error({ ...fields, delay, error: describe(error), stack: (error as Error).stack }, "an effect threw");
    return { end: "retry", afterMs: delay, error: describe(error) };
  }
  log.error({ ...fields, error: describe(error) }, "an effect is given up");
  const text = (await outside.scanner.redact(error instanceof Error ? error.message : "")).slice(0, 2_000);
  const failure = error instanceof Refused ? "policy-blocked" : "platform-unknown";
  return done(outside, failed(claimed, effect, { class: failure, cause: { kind: "outside", text }, details: [] }));
}

/**
 * Fails an effect that ended processes, as a person's matter. Tried again and again it would end every process, and with them the work
 * of all repositories. Where a person asks for it again it has one more try.
 */
function quarantined(outside: Outside, claimed: ClaimedEffect, effect: Effect): End {
  const fields = { aggregate: claimed.aggregate, operation: effect.type, key: claimed.key, claims: claimed.unended };
  outside.log.error(fields, "an effect was claimed again and again and came to no end; it is given up");
  const cause = { kind: "never-ended" as const, times: claimed.unended };
  const outcomes = failed(claimed, effect, { class: "policy-blocked", cause, details: [] });
  return { end: "done", events: inboxed(outside, outcomes), unended: MOST_UNENDED - 1 };
}

/** Gives back an effect whose last run here lost its lease. By the next run GitHub's lists show what that one made. */
export async function giveBack(): Promise<End> {
  return { end: "put-back", afterMs: LISTED_AFTER_MS };
}

function failed(claimed: ClaimedEffect, effect: Effect, failure: Failure): OutcomeEvent[] {
  const task = "task" in effect && typeof effect.task === "string" ? effect.task : null;
  const pull = "pull" in effect ? effect.pull : null;
  const head = "head" in effect ? effect.head : null;
  const event: Event = { type: "effect.failed", effect: effect.type, key: claimed.key, task, pull, head, failure };
  return [{ aggregate: claimed.aggregate, key: `failed:${claimed.key}:${claimed.lease}`, event }];
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
