/**
 * What the loop's tests are written with: the real step, outbox and sweep over the store in memory, with a clock and ports that
 * the test plays. A call of a port that the test does not play fails the test.
 */
import type { ExternalEffect } from "../../src/core/effect.ts";
import { effectKey, orderingKey } from "../../src/core/effect.ts";
import { LABEL } from "../../src/core/policy.ts";
import type { GitHub } from "../../src/loop/github-port.ts";
import { createLoop, type Loop } from "../../src/loop/loop.ts";
import { type Inside, Remembered } from "../../src/loop/memory/states.ts";
import type { Places } from "../../src/loop/outbox/under-way.ts";
import type { Log, Outside } from "../../src/loop/outside.ts";
import type { ClaimedEffect, InboxEvent, NewEffect, Store } from "../../src/loop/store-port.ts";
import { MemoryStore } from "../../src/store/memory.ts";

export const START = Date.parse("2026-01-01T00:00:00.000Z");
/** The lease of `under-way.ts`. */
export const LEASE_MS = 60_000;
export const SWEEP_EVERY_MS = 120_000;
const MOST_TURNS = 50;
/** Round numbers, so that a test reads when a window ends. */
const PACE = { statusEveryMs: 10_000, observeEveryMs: 4_000 };

export interface Bench {
  store: Store;
  inside: Inside;
  loop: Loop;
  /** The level and the sentence of each log line. */
  logged: string[];
  /** The ids of aggregates in the order in which the loop stepped them. */
  decided: string[];
  /** The times of the store's clock that the loop took over. */
  followed: string[];
  now(): string;
  pass(ms: number): void;
  /** Puts effects into the outbox, as a step of the aggregate would. */
  queue(aggregate: string, ...effects: NewEffect[]): Promise<void>;
  claim(limit?: number): Promise<ClaimedEffect[]>;
  /** The events that wait in the aggregate's inbox. */
  inbox(aggregate: string): Promise<{ key: string; event: unknown }[]>;
  receive(aggregate: string, key: string, event: unknown): Promise<void>;
  /** Steps inboxes until none has an event that can be decided; throws if that never comes. */
  settle(): Promise<void>;
  /** Milliseconds until the outbox has something to do; null: never. */
  nextDueIn(): Promise<number | null>;
}

export function bench(
  github: Partial<GitHub> = {},
  { storeOver, places, ...more }: Partial<Outside> & { storeOver?(inner: Store): Store; places?: Places } = {},
): Bench {
  let now = START;
  let ids = 0;
  const logged: string[] = [];
  const decided: string[] = [];
  const followed: string[] = [];
  const inner = new MemoryStore(() => now);
  const store = storeOver?.(inner) ?? inner;
  const outside: Outside = {
    store,
    github: played("github", github),
    planner: played("planner", {}),
    scanner: { scanFile: async () => ({ secrets: [], isComplete: true }), redact: async (text) => text },
    settings: { label: LABEL, baseBranch: null, ...PACE, sweepEveryMs: SWEEP_EVERY_MS },
    readPolicy: unplayed("readPolicy"),
    readWorkflow: unplayed("readWorkflow"),
    priceOf: () => null,
    readCommand: () => null,
    repositories: async () => [],
    now: () => now,
    follow: (time) => void followed.push(time),
    random: () => 0,
    newId: () => `id-${++ids}`,
    log: logInto(logged),
    ...more,
  };
  const iso = (time = now) => new Date(time).toISOString();
  const inside = { ...outside, remembered: new Remembered() };
  const received = (aggregate: string, key: string, event: unknown): InboxEvent => {
    return { id: outside.newId(), aggregate, key, event, at: iso() };
  };
  const loop = createLoop(outside, (aggregate) => decided.push(aggregate), places);
  return {
    store,
    inside,
    loop,
    logged,
    decided,
    followed,
    now: iso,
    pass(ms) {
      now += ms;
    },
    async queue(aggregate, ...effects) {
      const own = received(aggregate, `queue-${ids}`, {});
      await store.receive([own], []);
      await store.step(aggregate, 1_000, () => ({
        state: {},
        schema: 1,
        ended: false,
        history: [{ key: own.key, event: own.event, at: own.at, outcome: {}, effects: [] }],
        effects,
        cancel: [],
        routes: [],
        sends: [],
      }));
    },
    claim: (limit = 100) => store.claim(LEASE_MS, limit, "all"),
    async inbox(aggregate) {
      let seen: { key: string; event: unknown }[] = [];
      await store.step(aggregate, 1_000, ({ events }) => {
        seen = events.map(({ key, event }) => ({ key, event }));
        return { state: {}, schema: 1, ended: false, history: [], effects: [], cancel: [], routes: [], sends: [] };
      });
      return seen;
    },
    async receive(aggregate, key, event) {
      await store.receive([received(aggregate, key, event)], []);
    },
    async settle() {
      for (let turn = 1; turn <= MOST_TURNS; turn += 1) if ((await loop.stepInbox()) === 0) return;
      throw new Error(`the loop still decides events after ${MOST_TURNS} turns`);
    },
    nextDueIn: () => store.nextDue("all"),
  };
}

/** The effect as a step puts it into the outbox. */
export function due(effect: ExternalEffect, runAt = new Date(START).toISOString()): NewEffect {
  return { key: effectKey(effect), ordering: orderingKey(effect), effect, runAt };
}

/** The store with some of its calls replaced. */
export function altered(store: Store, calls: Partial<Store>): Store {
  return new Proxy(store, {
    get: (target, call: keyof Store) => calls[call] ?? (target[call] as () => unknown).bind(target),
  });
}

/** A port with the given calls; every other call fails. */
function played<Port extends object>(name: string, calls: Partial<Port>): Port {
  return new Proxy(calls, {
    get: (target, call) => Reflect.get(target, call) ?? unplayed(`${name}.${String(call)}`),
  }) as Port;
}

function unplayed(name: string): () => never {
  return () => {
    throw new Error(`the test does not play ${name}`);
  };
}

function logInto(lines: string[]): Log {
  const line = (level: string) => (_fields: unknown, message: string) => void lines.push(`${level}: ${message}`);
  return { debug: () => {}, info: line("info"), warn: line("warn"), error: line("error") };
}
