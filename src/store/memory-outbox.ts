/** Keeps the outbox of the store in memory. Which effect may run is the rule of `sql/claiming.ts`, over a map. */
import type { ClaimedEffect, Json, Leaving, NewEffect, Rewrite } from "../loop/store-port.ts";
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
  unended: number;
  urgent: boolean;
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
  urgent: boolean;
}

export class MemoryOutbox {
  readonly #rows = new Map<string, Row>();
  readonly #open = new Set<Row>();
  #position = 0;

  /** Throws on a value that cannot be stored, before anything is changed. */
  prepare(aggregate: string, effects: readonly NewEffect[]): PreparedEffect[] {
    return effects.map(({ key, ordering, effect, runAt, replace, urgent }) => ({
      aggregate,
      key,
      ordering,
      effect: kept(effect),
      runAt: instant(runAt),
      replace: replace ?? false,
      urgent: urgent ?? false,
    }));
  }

  add(effects: readonly PreparedEffect[]): void {
    for (const { aggregate, key, ordering, effect, runAt, replace, urgent } of effects) {
      const name = JSON.stringify([aggregate, key]);
      const before = this.#rows.get(name);
      if (before !== undefined && !replace) continue;
      const fresh = { effect, askedAt: runAt, runAt, position: this.#position++, attempts: 0, ended: false, urgent };
      const empty = { claims: 0, unended: 0, leasedUntil: null, rearmed: false };
      const row = before ?? { aggregate, key, ordering, ...empty, ...fresh };
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

  claim(now: string, leaseUntil: string, limit: number, which: "all" | "urgent"): ClaimedEffect[] {
    const running = this.#running(now);
    return this.#heads()
      .filter((head) => head.runAt <= now && !running.has(head.ordering) && (which === "all" || head.urgent))
      .sort(byPlace)
      .slice(0, limit)
      .map((row) => {
        row.leasedUntil = leaseUntil;
        row.claims++;
        row.attempts++;
        row.unended++;
        row.rearmed = false;
        const { aggregate, key, ordering, effect, attempts, urgent, claims, runAt } = row;
        const id = derivedId(aggregate, key);
        const counts = { attempts, isFirst: claims === 1, unended: row.unended - 1, urgent, lease: String(claims) };
        return { id, aggregate, key, ordering, effect: reread(effect), ...counts, runAt, claimedAt: now };
      });
  }

  complete(claimed: ClaimedEffect, now: string, unended: number): boolean {
    const row = this.#held(claimed, now);
    if (row === null) return false;
    row.leasedUntil = null;
    row.unended = unended;
    if (!row.rearmed) this.#end(row);
    row.rearmed = false;
    return true;
  }

  release(claimed: ClaimedEffect, runAt: string, now: string): boolean {
    const row = this.#held(claimed, now);
    if (row === null) return false;
    row.unended = 0;
    giveBack(row, runAt);
    return true;
  }

  putBack(claimed: ClaimedEffect, runAt: string, now: string): boolean {
    const row = this.#held(claimed, now);
    if (row === null) return false;
    row.attempts = Math.max(row.attempts - 1, 0);
    row.unended = Math.max(row.unended - 1, 0);
    giveBack(row, runAt);
    return true;
  }

  renew(claimed: readonly ClaimedEffect[], leaseUntil: string): ClaimedEffect[] {
    return claimed.filter((one) => {
      const row = this.#leased(one);
      if (row !== null) row.leasedUntil = leaseUntil;
      return row !== null;
    });
  }

  nextDue(now: string, which: "all" | "urgent"): string | null {
    const running = this.#running(now);
    const due = this.#heads().flatMap((head) => {
      const until = running.get(head.ordering);
      if (until === undefined) return which === "all" || head.urgent ? [head.runAt] : [];
      return [until, head.runAt].sort().slice(-1);
    });
    return due.sort()[0] ?? null;
  }

  hasOpen(aggregate: string): boolean {
    return [...this.#open].some((row) => row.aggregate === aggregate);
  }

  /** Cancels what is open of an aggregate. */
  endAll(aggregate: string): void {
    for (const row of [...this.#open]) {
      if (row.aggregate !== aggregate) continue;
      Object.assign(row, { leasedUntil: null, rearmed: false });
      this.#end(row);
    }
  }

  rename(from: string, to: string, rewrite: Rewrite): void {
    for (const [name, row] of [...this.#rows]) {
      if (row.aggregate !== from) continue;
      this.#rows.delete(name);
      Object.assign(row, {
        aggregate: to,
        effect: rewrite.json(reread(row.effect)),
        ordering: rewrite.text(row.ordering),
      });
      this.#rows.set(JSON.stringify([to, row.key]), row);
    }
  }

  /** Returns the aggregate's ended effects, by key. */
  ended(aggregate: string): Leaving["effects"] {
    return [...this.#rows.values()]
      .filter((row) => row.aggregate === aggregate && row.ended)
      .map(({ key, effect, runAt, attempts }) => ({ key, effect: reread(effect), runAt, attempts }))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /** Forgets the aggregate's ended effects. */
  forget(aggregate: string): void {
    for (const [name, row] of this.#rows) if (row.aggregate === aggregate && row.ended) this.#rows.delete(name);
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

  #held(claimed: ClaimedEffect, now: string): Row | null {
    const row = this.#leased(claimed);
    return row !== null && row.leasedUntil! > now ? row : null;
  }

  #end(row: Row): void {
    row.ended = true;
    this.#open.delete(row);
  }
}

/** A row that was re-armed during its lease runs at the later of both times. */
function giveBack(row: Row, runAt: string): void {
  const times = [row.askedAt, runAt, ...(row.rearmed ? [row.runAt] : [])];
  Object.assign(row, { runAt: times.sort().at(-1), leasedUntil: null, rearmed: false });
}

function byPlace(a: Row, b: Row): number {
  if (a.askedAt !== b.askedAt) return a.askedAt < b.askedAt ? -1 : 1;
  return a.position - b.position;
}
