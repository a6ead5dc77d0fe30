/**
 * The step decides the open events of one aggregate and writes all that follows in one transaction of the store.
 *
 * Properties
 * - State, history, effects, timers, routes and events for other aggregates are written together or not at all.
 * - One step of an aggregate runs at a time, over all processes, under the store's lock. Events are decided in the order of their
 *   arrival.
 * - Every event gets a row of history: applied, ignored with a reason, or a defect.
 * - The core gets the time of the event and never the clock, so that replaying the history gives the same state.
 *
 * Effects of a step
 * - The last `timer.set` of a timer counts. `timer.cancel` and `withdraw` drop what waits; a running effect continues.
 * - An effect that coalesces replaces the one that waits under its key. Any other is added once, as first asked for.
 * - An effect with a pacing window runs at the window's end (`core/effect.ts`).
 * - `send` goes into the other aggregate's inbox in the same transaction.
 *
 * Races
 * - The core throws on an event: the step is repeated with one event at a time, so that those before it are decided. The event
 *   itself goes into history as a defect and stops its aggregate (`Store.waiting`) until a process starts. It never loops and never
 *   stops another one. A notice on each issue says so.
 * - Another process has stepped the aggregate since this one did: the remembered state belongs to an older `seq` and is not used.
 * - The transaction is not committed: nothing is remembered, and the next step reads the snapshot.
 * - The database breaks a deadlock and calls `decide` a second time: it has changed nothing outside but `next`, which it sets again.
 * - A newer version took over the store while this process ran: the store refuses the step, and the driver stops (`StoreOutdated`).
 * - The snapshot cannot be read: the step throws and changes nothing. `loop.ts` leaves the aggregate alone for a minute.
 *
 * Accepted
 * - A timer or observation that is withdrawn while it runs still has an outcome. The core ignores it as superseded.
 *
 * Dropped
 * - One transaction for each event: a burst of webhooks would lock the aggregate and write its snapshot once for each.
 * - A pacing window that slides with each event: steady webhooks would push it ahead for ever.
 */
import { decideOn, issuesOf, read, type State } from "../core/decide.ts";
import { coalesces, type Effect, earliestRun, effectKey, isUrgent, orderingKey, type Pace } from "../core/effect.ts";
import type { Inside } from "./memory/states.ts";
import type { HistoryWrite, Loaded, NewEffect, SentEvent, StepWrite } from "./store-port.ts";

const BATCH = 20;

/** The core threw on this event, which is a defect of ours. Only this error quarantines an event. */
class Undecidable extends Error {
  readonly event: string;
  constructor(event: string, cause: unknown) {
    super(describe(cause), { cause });
    this.event = event;
  }
}

/**
 * Decides the aggregate's open events and returns how many left its inbox. Throws and changes nothing when the snapshot cannot be
 * read or the store fails.
 */
export async function stepAggregate(inside: Inside, aggregate: string): Promise<number> {
  for (const limit of [BATCH, 1]) {
    try {
      let next: { seq: number; state: State } | null = null;
      const count = await inside.store.step(aggregate, limit, (loaded) => {
        const { write, state } = decideAll(inside, aggregate, loaded);
        next = { seq: loaded.seq + write.history.length, state };
        return write;
      });
      // TypeScript does not see that the callback assigned it.
      const written = next as { seq: number; state: State } | null;
      if (written !== null) inside.remembered.keep(aggregate, written.seq, written.state);
      return count;
    } catch (error) {
      if (!(error instanceof Undecidable)) throw error;
      inside.log.error({ aggregate, event: error.event, error: error.message }, "an event could not be decided");
      // Alone it would throw again; the others of its batch continue without it.
      if (limit > 1) continue;
      const notices = await stopNotices(inside, aggregate, error.event);
      await inside.store.quarantine(aggregate, error.event, error.message, notices);
    }
  }
  return 1;
}

function decideAll(inside: Inside, aggregate: string, loaded: Loaded): { write: StepWrite; state: State } {
  const write = new Collector(inside.settings);
  let state = inside.remembered.at(aggregate, loaded.seq);
  if (state === undefined) state = read(aggregate, storedOf(loaded));
  let schema = 0;
  let routes: string[] = [];
  let ended = false;
  for (const { id, key, event, at } of loaded.events) {
    const time = Date.parse(at);
    const decision = decideOne(aggregate, state, { id, at: time, event });
    state = decision.state;
    schema = decision.schema;
    routes = decision.routes;
    ended = decision.over;
    for (const effect of decision.effects) write.add(aggregate, effect, time);
    const outcome = decision.ignored === null ? { applied: true } : { ignored: decision.ignored };
    write.history.push({ key, event, at, outcome, effects: decision.effects });
  }
  const written = {
    state,
    schema: state === null ? 0 : schema,
    ended,
    history: write.history,
    effects: [...write.effects.values()],
    cancel: [...write.cancel],
    routes,
    sends: write.sends,
  };
  return { write: written, state };
}

/** Returns what says on the issues that the event stopped their work. Without it only the log would say so. */
async function stopNotices(inside: Inside, aggregate: string, event: string): Promise<NewEffect[]> {
  const snapshot = await inside.store.snapshot(aggregate);
  const state = snapshot === null ? null : read(aggregate, snapshot);
  if (state === null) return [];
  const write = new Collector(inside.settings);
  for (const issue of issuesOf(state)) {
    const effect = { type: "notice.post" as const, repo: state.repo, issue };
    write.add(aggregate, { ...effect, notice: { about: "stopped", issue, event } }, inside.now());
  }
  return [...write.effects.values()];
}

function storedOf({ state, schema }: Loaded): { state: unknown; schema: number } | null {
  return state === null || schema === null ? null : { state, schema };
}

function decideOne(...given: Parameters<typeof decideOn>): ReturnType<typeof decideOn> {
  try {
    return decideOn(...given);
  } catch (error) {
    throw new Undecidable(given[2].id, error);
  }
}

/** Collects the effects of all events of a step, by their keys. */
class Collector {
  readonly history: HistoryWrite[] = [];
  readonly effects = new Map<string, NewEffect>();
  readonly cancel = new Set<string>();
  readonly sends: SentEvent[] = [];
  readonly #pace: Pace;

  constructor(pace: Pace) {
    this.#pace = pace;
  }

  add(aggregate: string, effect: Effect, at: number): void {
    const now = new Date(at).toISOString();
    switch (effect.type) {
      case "timer.set": {
        const key = `timer:${effect.timer}`;
        const runAt = new Date(effect.dueAt).toISOString();
        this.effects.set(key, { key, ordering: `${aggregate} ${key}`, effect, runAt, replace: true });
        return;
      }
      case "timer.cancel":
        this.#drop(`timer:${effect.timer}`);
        return;
      case "withdraw":
        this.#drop(effect.key);
        return;
      case "send":
        this.sends.push({ aggregate: effect.to, key: effect.key, event: effect.event, at: now });
        return;
      default: {
        const key = effectKey(effect);
        const again = coalesces(effect);
        if (!again && this.effects.has(key)) return;
        const runAt = new Date(earliestRun(effect, at, this.#pace)).toISOString();
        const urgent = isUrgent(effect);
        this.effects.set(key, { key, ordering: orderingKey(effect), effect, runAt, replace: again, urgent });
      }
    }
  }

  #drop(key: string): void {
    this.effects.delete(key);
    this.cancel.add(key);
  }
}

export function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
