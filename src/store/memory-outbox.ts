/** Keeps the outbox of the store in memory. Which effect may run is the rule of `sql/outbox.ts`, over a map. */
import type { ClaimedEffect, Json, NewEffect } from "../loop/store-port.ts";
import { derivedId, instant, kept, reread } from "./values.ts";

interface Row {
  aggregate: string;
  key: string;
  ordering: string;
  effect: Json;
  askedAt: string;
  runAt: string;
  position: number;
  attempts: number;
  claims: number;
  leasedUntil: string | null;
  rearmed: boolean;
  ended: boolean;
}

export interface PreparedEffect {
  aggregate: string;
  key: string;
  ordering: string;
  effect: Json;
  runAt: string;
  replace: boolean;
}

export class MemoryOutbox {
  readonly #rows = new Map<string, Row>();
  readonly #open = new Set<Row>();
  #position = 0;

  /** Throws on a value that cannot be stored, before anything is changed. */
  prepare(aggregate: string, effects: readonly NewEffect[]): PreparedEffect[] {
    return effects.map(({ key, ordering, effect, runAt, replace }) => ({
      aggregate,
      key,
      ordering,
      effect: kept(effect),
      runAt: instant(runAt),
      replace: replace ?? false,
    }));
  }

  add(effects: readonly PreparedEffect[]): void {
    for (const { aggregate, key, ordering, effect, runAt, replace } of effects) {
      const name = JSON.stringify([aggregate, key]);
      const before = this.#rows.get(name);
      if (before !== undefined && !replace) continue;
      const fresh = { effect, askedAt: runAt, runAt, position: this.#position++, attempts: 0, ended: false };
      const row = before ?? { aggregate, key, ordering, claims: 0, leasedUntil: null, rearmed: false, ...fresh };
      Object.assign(row, fresh, { rearmed: row.leasedUntil !== null });
      this.#rows.set(name, row);
      this.#open.add(row);
    }
  }

  cancel(aggregate: string, keys: readonly string[]): void {
    for (const key of keys) {
      const row = this.#rows.get(JSON.stringify([aggregate, key]));
      if (row === undefined || row.ended) continue;
      row.rearmed = false;
      if (row.leasedUntil === null) this.#end(row);
    }
  }

  claim(now: string, leaseUntil: string, limit: number): ClaimedEffect[] {
    const running = this.#running(now);
    return this.#heads()
      .filter((head) => head.runAt <= now && !running.has(head.ordering))
      .sort(byPlace)
      .slice(0, limit)
      .map((row) => {
        row.leasedUntil = leaseUntil;
        row.claims++;
        row.attempts++;
        row.rearmed = false;
        const { aggregate, key, ordering, effect, attempts, claims, runAt } = row;
        const id = derivedId(aggregate, key);
        return { id, aggregate, key, ordering, effect: reread(effect), attempts, lease: String(claims), runAt };
      });
  }

  complete(claimed: ClaimedEffect, now: string): boolean {
    const row = this.#leased(claimed);
    if (row === null || row.leasedUntil! <= now) return false;
    row.leasedUntil = null;
    if (!row.rearmed) this.#end(row);
    row.rearmed = false;
    return true;
  }

  release(claimed: ClaimedEffect, runAt: string, now: string): boolean {
    const row = this.#leased(claimed);
    if (row === null || row.leasedUntil! <= now) return false;
    row.leasedUntil = null;
    row.runAt = row.rearmed && row.runAt > runAt ? row.runAt : runAt;
    row.rearmed = false;
    return true;
  }

  renew(claimed: ClaimedEffect, leaseUntil: string): boolean {
    const row = this.#leased(claimed);
    if (row === null) return false;
    row.leasedUntil = leaseUntil;
    return true;
  }

  nextDue(now: string): string | null {
    const running = this.#running(now);
    const due = this.#heads().map((head) => {
      const until = running.get(head.ordering);
      return until !== undefined && until > head.runAt ? until : head.runAt;
    });
    return due.sort()[0] ?? null;
  }

  #heads(): Row[] {
    const heads = new Map<string, Row>();
    for (const row of this.#open) {
      const head = heads.get(row.ordering);
      if (head === undefined || byPlace(row, head) < 0) heads.set(row.ordering, row);
    }
    return [...heads.values()];
  }

  /** Returns the ordering keys with a live lease, and when the last lease of each ends. */
  #running(now: string): Map<string, string> {
    const ends = new Map<string, string>();
    for (const { ordering, leasedUntil } of this.#open) {
      if (leasedUntil === null || leasedUntil <= now) continue;
      const end = ends.get(ordering);
      if (end === undefined || leasedUntil > end) ends.set(ordering, leasedUntil);
    }
    return ends;
  }

  #leased({ aggregate, key, lease }: ClaimedEffect): Row | null {
    const row = this.#rows.get(JSON.stringify([aggregate, key]));
    const current = row !== undefined && !row.ended && row.leasedUntil !== null && String(row.claims) === lease;
    return current ? row : null;
  }

  #end(row: Row): void {
    row.ended = true;
    this.#open.delete(row);
  }
}

function byPlace(a: Row, b: Row): number {
  if (a.askedAt !== b.askedAt) return a.askedAt < b.askedAt ? -1 : 1;
  return a.position - b.position;
}
