/** One step of an aggregate: open events in, decisions out, all of it in one transaction of the store. */

import { decideOn, read, type State } from "../core/decide.ts";
import { coalesces, type Effect, earliestRun, effectKey, orderingKey, type Pace } from "../core/effect.ts";
import type { Inside } from "./remembered.ts";
import type { HistoryWrite, Loaded, NewEffect, SentEvent, StepWrite } from "./store-port.ts";

const BATCH = 20;

/** A fault of ours: the core threw on this event. Everything else that goes wrong in a step has nothing to do with it. */
class Undecidable extends Error {
  readonly event: string;
  constructor(event: string, cause: unknown) {
    super(describe(cause), { cause });
    this.event = event;
  }
}

/**
 * Decide what is open for the aggregate. An event on which the core throws is taken out and recorded; it blocks nobody but its
 * aggregate. A snapshot that cannot be read, or a store that fails, throws and changes nothing.
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
      // Assigned in the callback, which the compiler does not follow.
      const written = next as { seq: number; state: State } | null;
      if (written !== null) inside.remembered.keep(aggregate, written.seq, written.state);
      return count;
    } catch (error) {
      if (!(error instanceof Undecidable)) throw error;
      inside.log.error({ aggregate, event: error.event, error: error.message }, "an event could not be decided");
      // Alone it would throw again; the others of its batch go on without it.
      if (limit === 1) await inside.store.quarantine(aggregate, error.event, error.message);
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
  for (const { id, key, event, at } of loaded.events) {
    const time = Date.parse(at);
    const decision = decideOne(aggregate, state, { id, at: time, event });
    state = decision.state;
    schema = decision.schema;
    routes = decision.routes;
    for (const effect of decision.effects) write.add(aggregate, effect, time);
    const outcome = decision.ignored === null ? { applied: true } : { ignored: decision.ignored };
    write.history.push({ key, event, at, outcome, effects: decision.effects });
  }
  const written = {
    state,
    schema: state === null ? 0 : schema,
    history: write.history,
    effects: [...write.effects.values()],
    cancel: [...write.cancel],
    routes,
    sends: write.sends,
  };
  return { write: written, state };
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

/** Effects of several events in one step: the last word on a key counts. */
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
        this.effects.set(key, { key, ordering: orderingKey(effect), effect, runAt, replace: again });
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
