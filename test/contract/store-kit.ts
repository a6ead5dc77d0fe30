/** What the store's tests are written with: an empty store per test, a clock of minutes, and short ways to say a step. */
import type { ClaimedEffect, InboxEvent, Loaded, NewEffect, StepWrite, Store } from "../../src/loop/store-port.ts";

/** One kind of store under test. */
export interface StoreFixture {
  /** The store, emptied. */
  empty(): Promise<Store>;
  /** A second process's view of the same tables, where the kind has such a thing; else the same store. */
  replica(): Promise<Store>;
  close(): Promise<void>;
}

/** A time `minutes` after the tests' zero. */
export function at(minutes: number): string {
  return new Date(Date.UTC(2026, 0, 1) + minutes * 60_000).toISOString();
}

export function event(aggregate: string, key: string, content: unknown = { type: key }): InboxEvent {
  return { id: `id-${key}`, aggregate, key, event: content, at: at(0) };
}

export function effect(key: string, more: Partial<NewEffect> = {}): NewEffect {
  return { key, ordering: key, effect: { type: key }, runAt: at(0), ...more };
}

/** A `decide` that applies every loaded event and writes what it is given besides. */
export function applying(more: Partial<StepWrite> = {}): (loaded: Loaded) => StepWrite {
  return (loaded) => ({
    state: { seq: loaded.seq + loaded.events.length },
    schema: 1,
    history: loaded.events.map(({ key, event, at }) => ({ key, event, at, outcome: { applied: true }, effects: [] })),
    effects: [],
    cancel: [],
    routes: [],
    sends: [],
    ...more,
  });
}

let steps = 0;

/** One step of `aggregate`, woken by an event of its own, that writes what it is given. */
export async function stepWith(store: Store, aggregate: string, more: Partial<StepWrite>): Promise<void> {
  await store.receive([event(aggregate, `step-${++steps}`)], []);
  await store.step(aggregate, 100, applying(more));
}

/** Claims at a minute, for five minutes. */
export async function claimAt(store: Store, minutes: number, limit = 100): Promise<ClaimedEffect[]> {
  return await store.claim(at(minutes), at(minutes + 5), limit);
}

export async function claimOne(store: Store, minutes: number): Promise<ClaimedEffect> {
  const [claimed, ...rest] = await claimAt(store, minutes);
  if (claimed === undefined || rest.length > 0)
    throw new Error(`Expected one effect, got ${rest.length + (claimed ? 1 : 0)}.`);
  return claimed;
}

export function keys(rows: readonly { key: string }[]): string[] {
  return rows.map((row) => row.key);
}
