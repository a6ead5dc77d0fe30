/** Commands waiting become effects: claimed with a lease, tried again within limits, their outcome and end written together. */
import { z } from "zod";
import { Command } from "../core/command.ts";
import type { Event } from "../core/event.ts";
import type { Failure } from "../core/failure.ts";
import { perform } from "./effects/index.ts";
import type { Told } from "./effects/told.ts";
import { Refused, Unavailable } from "./github-port.ts";
import type { Outside } from "./outside.ts";
import type { Inside } from "./remembered.ts";
import { describe } from "./step.ts";
import type { ClaimedCommand, InboxEvent } from "./store-port.ts";

/** With the back-off below about 25 minutes: longer than most outages, shorter than anyone's patience. */
const MAX_ATTEMPTS = 30;
const LONGEST_BACKOFF_MS = 60_000;
/** How long an effect may be at it before another process takes it over. Planning streams for minutes. */
const LEASE_MS = 15 * 60_000;

export function leaseUntil(now: number): string {
  return new Date(now + LEASE_MS).toISOString();
}

/** Run one claimed command to its end: done, to be tried again, or given up. Never throws for outside reasons. */
export async function runClaimed(outside: Inside, claimed: ClaimedCommand): Promise<void> {
  const { store, log } = outside;
  const command = Command.safeParse(claimed.command);
  if (!command.success) {
    log.error({ command: claimed.id, error: z.prettifyError(command.error) }, "a stored command does not parse");
    await store.complete(claimed, inboxed(outside, unreadable(claimed)), iso(outside.now()));
    return;
  }
  try {
    const told = await outcomeOf(outside, claimed, command.data);
    await store.complete(claimed, inboxed(outside, told), iso(outside.now()));
  } catch (error) {
    await giveUpOrRetry(outside, claimed, command.data, error);
  }
}

/** Of a command in another version's words, as much as is needed to tell whoever waits for it. */
const Foreign = z.object({
  type: z.string(),
  task: z.string().nullable().catch(null),
  pull: z.number().nullable().catch(null),
  head: z.string().nullable().catch(null),
});

/** It failed for no reason of its own: asked for again, it is asked for in this version's words. */
function unreadable(claimed: ClaimedCommand): Told[] {
  const foreign = Foreign.safeParse(claimed.command);
  if (!foreign.success) return [];
  const { type: command, ...about } = foreign.data;
  const cause = "It was asked for by another version of Headgate, in words that this one does not read.";
  const failure: Failure = { class: "platform-unknown", cause, details: [] };
  const key = `failed:${claimed.key}:${claimed.lease}`;
  return [
    {
      aggregate: claimed.aggregate,
      key,
      event: { type: "effect.failed", command, key: claimed.key, ...about, failure },
    },
  ];
}

async function outcomeOf(outside: Inside, claimed: ClaimedCommand, command: Command): Promise<Told[]> {
  const { aggregate } = claimed;
  if (command.type === "timer.set") {
    // With the lease: set again for the same time after it was due, it is due again.
    const key = `timer:${command.timer}:${command.dueAt}=${claimed.lease}`;
    return [{ aggregate, key, event: { type: "timer.due", timer: command.timer } }];
  }
  if (command.type === "timer.cancel" || command.type === "withdraw" || command.type === "tell") {
    throw new Refused(`'${command.type}' is done when it is decided and never waits`);
  }
  outside.log.debug(
    { aggregate, operation: command.type, key: claimed.key, attempt: claimed.attempts },
    "an effect starts",
  );
  return perform(outside, aggregate, command, claimed.lease);
}

async function giveUpOrRetry(
  outside: Outside,
  claimed: ClaimedCommand,
  command: Command,
  error: unknown,
): Promise<void> {
  const { store, log } = outside;
  const fields = { aggregate: claimed.aggregate, operation: command.type, key: claimed.key, attempt: claimed.attempts };
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
  const told = [
    {
      aggregate: claimed.aggregate,
      key: `failed:${claimed.key}:${claimed.lease}`,
      event: failed(command, claimed, error),
    },
  ];
  await store.complete(claimed, inboxed(outside, told), iso(now));
}

function failed(command: Command, claimed: ClaimedCommand, error: unknown): Event {
  const failure: Failure = {
    class: error instanceof Refused ? "policy-blocked" : "platform-unknown",
    cause: error instanceof Error ? error.message.slice(0, 2_000) : "It failed for an unknown reason.",
    details: [],
  };
  const task = "task" in command && typeof command.task === "string" ? command.task : null;
  const pull = "pull" in command ? command.pull : null;
  const head = "head" in command ? command.head : null;
  return { type: "effect.failed", command: command.type, key: claimed.key, task, pull, head, failure };
}

function inboxed(outside: Outside, told: readonly Told[]): InboxEvent[] {
  return told.map(({ aggregate, key, event }) => ({
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
