/**
 * Knows the effects that this process runs: how many more it may claim, whose leases to renew, and what to give back at a stop.
 *
 * - A lease is short, so that another process takes over soon after a kill, and renewed while its effect runs.
 * - An effect that hangs is not renewed for ever: it would hold its ordering key. Another process then claims it.
 * - Some places are kept for urgent effects. Otherwise a merge would wait behind a burst of observations.
 */
import type { ClaimedEffect, Store } from "../store-port.ts";

const LEASE_MS = 60_000;
/** Three renewals may fail before a lease runs out. */
export const RENEW_EVERY_MS = 15_000;
/** Longer than the slowest effect: a planner streams for minutes. */
const LONGEST_MS = 15 * 60_000;

/** How many effects run at the same time. GitHub allows 100 concurrent requests. */
export interface Places {
  all: number;
  /** So many of them only for urgent effects. */
  kept: number;
}

export const PLACES: Places = { all: 32, kept: 8 };

export class UnderWay {
  readonly #running = new Map<ClaimedEffect, { since: number; lost: boolean }>();
  readonly #store: Store;
  readonly #places: Places;

  constructor(store: Store, places: Places) {
    this.#store = store;
    this.#places = places;
  }

  /** Claims what is due and has a place. */
  async claim(now: number): Promise<ClaimedEffect[]> {
    const ordinary = [...this.#running.keys()].filter(({ urgent }) => !urgent).length;
    const free = this.#places.all - this.#running.size;
    const open = Math.min(free, this.#places.all - this.#places.kept - ordinary);
    const claimed = open > 0 ? await this.#store.claim(LEASE_MS, open, "all") : [];
    for (const effect of claimed) this.#running.set(effect, { since: now, lost: false });
    // Where fewer were due than have a place, no urgent one is left either.
    if (open > 0 && claimed.length < open) return claimed;
    const kept = free - claimed.length;
    const urgent = kept > 0 ? await this.#store.claim(LEASE_MS, kept, "urgent") : [];
    for (const effect of urgent) this.#running.set(effect, { since: now, lost: false });
    return [...claimed, ...urgent];
  }

  ended(effect: ClaimedEffect): void {
    this.#running.delete(effect);
  }

  /** Returns in how many milliseconds something is due that has a place; null: never, or not before an effect ends. */
  async nextDue(): Promise<number | null> {
    if (this.#running.size >= this.#places.all) return null;
    const ordinary = [...this.#running.keys()].filter(({ urgent }) => !urgent).length;
    return await this.#store.nextDue(ordinary < this.#places.all - this.#places.kept ? "all" : "urgent");
  }

  /** Returns the effects whose leases another process has taken since. They run on, but their ends do not count. */
  async renew(now: number): Promise<ClaimedEffect[]> {
    const due = [...this.#running].filter(([, { since, lost }]) => !lost && now - since < LONGEST_MS);
    const held = new Set(
      await this.#store.renew(
        due.map(([effect]) => effect),
        LEASE_MS,
      ),
    );
    const lost = due.filter(([effect]) => !held.has(effect) && this.#running.has(effect));
    for (const [, run] of lost) run.lost = true;
    return lost.map(([effect]) => effect);
  }

  /** Gives back what still runs, so that another process need not wait for the ends of its leases. */
  async putBack(): Promise<ClaimedEffect[]> {
    const running = [...this.#running.keys()];
    for (const effect of running) await this.#store.putBack(effect, 0);
    return running;
  }
}
