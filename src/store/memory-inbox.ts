/** Keeps the inboxes and routes of the store in memory. */
import type { InboxEvent, Rewrite, TopicEvent } from "../loop/store-port.ts";
import { derivedId, instant, toText } from "./values.ts";

export interface InboxRow {
  aggregate: string;
  id: string;
  key: string;
  event: string;
  at: string;
}

export class MemoryInbox {
  readonly #seen = new Map<string, Set<string>>();
  readonly #open = new Map<string, (InboxRow & { position: number })[]>();
  readonly #topics = new Map<string, ReadonlySet<string>>();
  #position = 0;

  /** Throws on a value that cannot be stored, before anything is changed. */
  prepare(events: readonly InboxEvent[]): InboxRow[] {
    return events.map(({ aggregate, id, key, event, at }) => ({
      aggregate,
      id,
      key,
      event: toText(event),
      at: instant(at),
    }));
  }

  /** Returns how many events were new. */
  add(rows: readonly InboxRow[]): number {
    let added = 0;
    for (const row of rows) {
      const seen = this.#seen.get(row.aggregate) ?? new Set();
      if (seen.has(row.key)) continue;
      this.#seen.set(row.aggregate, seen.add(row.key));
      const open = this.#open.get(row.aggregate) ?? [];
      open.push({ ...row, position: this.#position++ });
      this.#open.set(row.aggregate, open);
      added++;
    }
    return added;
  }

  open(aggregate: string): readonly (InboxRow & { position: number })[] {
    return this.#open.get(aggregate) ?? [];
  }

  take(aggregate: string, keys: ReadonlySet<string>): void {
    const left = (this.#open.get(aggregate) ?? []).filter((row) => !keys.has(row.key));
    if (left.length === 0) this.#open.delete(aggregate);
    else this.#open.set(aggregate, left);
  }

  /** Forgets decided events. null: all of them, and the routes. */
  forget(aggregate: string, keys: readonly string[] | null): void {
    if (keys === null) this.#topics.delete(aggregate);
    const open = new Set(this.open(aggregate).map(({ key }) => key));
    const seen = this.#seen.get(aggregate);
    for (const key of keys ?? [...(seen ?? [])]) if (!open.has(key)) seen?.delete(key);
  }

  /** Returns the aggregates that have an open event. */
  names(): string[] {
    return [...this.#open.keys()];
  }

  /** Ends what is open of an aggregate. */
  end(aggregate: string): void {
    this.#open.delete(aggregate);
    this.#topics.delete(aggregate);
  }

  rename(from: string, to: string, rewrite: Rewrite): void {
    const seen = this.#seen.get(to) ?? new Set();
    const open = this.open(from).filter(({ key }) => !seen.has(key));
    const moved = open.map((row) => ({ ...row, aggregate: to, event: toText(rewrite.json(JSON.parse(row.event))) }));
    this.#seen.set(to, new Set([...seen, ...(this.#seen.get(from) ?? [])]));
    this.#seen.delete(from);
    this.#open.delete(from);
    const all = [...(this.#open.get(to) ?? []), ...moved];
    if (all.length > 0)
      this.#open.set(
        to,
        all.sort((a, b) => a.position - b.position),
      );
    this.#topics.set(to, new Set(this.topicsOf(from).map(rewrite.text)));
    this.#topics.delete(from);
  }

  topicsOf(aggregate: string): string[] {
    return [...(this.#topics.get(aggregate) ?? [])].sort();
  }

  /** Returns the aggregates with open events. The one that waits longest comes first. */
  waiting(): string[] {
    return [...this.#open].sort(([, a], [, b]) => a[0]!.position - b[0]!.position).map(([aggregate]) => aggregate);
  }

  route(aggregate: string, topics: readonly string[]): void {
    this.#topics.set(aggregate, new Set(topics));
  }

  routed(topic: string): string[] {
    return [...this.#topics]
      .filter(([, topics]) => topics.has(topic))
      .map(([aggregate]) => aggregate)
      .sort();
  }

  fanOut({ topic, key, event, at }: TopicEvent): InboxEvent[] {
    return this.routed(topic).map((aggregate) => ({ id: derivedId(aggregate, key), aggregate, key, event, at }));
  }
}
