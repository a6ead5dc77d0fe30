/** Keeps the inboxes and routes of the store in memory. */
import type { InboxEvent, TopicEvent } from "../loop/store-port.ts";
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

  open(aggregate: string): readonly InboxRow[] {
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
