/** What the store's tests are written with: an empty store per test, a clock of minutes, and short ways to say a step. */
import type { ClaimedEffect, InboxEvent, Loaded, NewEffect, StepWrite, Store } from "../../src/loop/store-port.ts";

/** One kind of store under test. */
export interface StoreFixture {
  /** The store, emptied. */
  empty(): Promise<TimedStore>;
  /** A second process's view of the same tables, where the kind has such a thing; else the same store. */
  replica(): Promise<TimedStore>;
  close(): Promise<void>;
}

/** A store whose tables outlive the process, so that another version can find them. */
export interface SharedFixture extends StoreFixture {
  /** Another process's view of the same tables, which never works at the same moment. */
  upgraded(): Promise<TimedStore>;
}

type Which = "all" | "urgent";
type Lease = "claim" | "complete" | "release" | "putBack" | "renew" | "nextDue";

/** A store whose clock is set by the calls that it judges: each says when it happens, and gives times instead of their distances. */
export interface TimedStore extends Omit<Store, Lease> {
  claim(now: string, leaseUntil: string, limit: number, which?: Which): Promise<ClaimedEffect[]>;
  complete(claimed: ClaimedEffect, events: InboxEvent[], now: string, unended?: number): Promise<boolean>;
  release(claimed: ClaimedEffect, runAt: string, now: string, error: string): Promise<boolean>;
  putBack(claimed: ClaimedEffect, runAt: string, now: string): Promise<boolean>;
  renew(claimed: ClaimedEffect, leaseUntil: string): Promise<boolean>;
  nextDue(now: string, which?: Which): Promise<string | null>;
}

export function timed(store: Store, setClock: (time: string) => Promise<void>): TimedStore {
  const after = (from: string, ms: number) => new Date(Date.parse(from) + ms).toISOString();
  const between = (from: string, to: string) => Date.parse(to) - Date.parse(from);
  const calls: Pick<TimedStore, Lease> = {
    async claim(now, leaseUntil, limit, which = "all") {
      await setClock(now);
      return await store.claim(between(now, leaseUntil), limit, which);
    },
    async complete(claimed, events, now, unended) {
      await setClock(now);
      return await store.complete(claimed, events, unended);
    },
    async release(claimed, runAt, now, error) {
      await setClock(now);
      return await store.release(claimed, between(now, runAt), error);
    },
    async putBack(claimed, runAt, now) {
      await setClock(now);
      return await store.putBack(claimed, between(now, runAt));
    },
    async renew(claimed, leaseUntil) {
      return (await store.renew([claimed], between(await store.time(), leaseUntil))).length === 1;
    },
    async nextDue(now, which = "all") {
      await setClock(now);
      const due = await store.nextDue(which);
      return due === null ? null : after(now, due);
    },
  };
  return new Proxy(store as unknown as TimedStore, {
    get: (target, call: keyof TimedStore) =>
      call in calls ? calls[call as Lease] : (target[call] as (() => unknown) | undefined)?.bind(target),
  });
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
    ended: false,
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
export async function stepWith(store: TimedStore, aggregate: string, more: Partial<StepWrite>): Promise<void> {
  await store.receive([event(aggregate, `step-${++steps}`)], []);
  await store.step(aggregate, 100, applying(more));
}

/** Claims at a minute, for five minutes. */
export async function claimAt(
  store: TimedStore,
  minutes: number,
  limit = 100,
  which: Which = "all",
): Promise<ClaimedEffect[]> {
  return await store.claim(at(minutes), at(minutes + 5), limit, which);
}

export async function claimOne(store: TimedStore, minutes: number): Promise<ClaimedEffect> {
  const [claimed, ...rest] = await claimAt(store, minutes);
  if (claimed === undefined || rest.length > 0)
    throw new Error(`Expected one effect, got ${rest.length + (claimed ? 1 : 0)}.`);
  return claimed;
}

export function keys(rows: readonly { key: string }[]): string[] {
  return rows.map((row) => row.key);
}
