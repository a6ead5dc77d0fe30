/**
 * Keeps everything in memory, for simulation and tests: synchronous inside and in deterministic order. It passes the same contract
 * as the store over SQL.
 */
import type * as port from "../loop/store-port.ts";
import { StoreError } from "./errors.ts";
import { MemoryInbox } from "./memory-inbox.ts";
import { MemoryOutbox } from "./memory-outbox.ts";
import { checkHistory, derivedId, instant, kept, reread } from "./values.ts";

interface HistoryRow {
  key: string;
  event: string;
  at: string;
  outcome: port.Json;
  effects: port.Json;
  defect: boolean;
}

export class MemoryStore implements port.Store {
  readonly #deliveries = new Set<string>();
  readonly #inbox = new MemoryInbox();
  readonly #outbox = new MemoryOutbox();
  readonly #history = new Map<string, HistoryRow[]>();
  readonly #snapshots = new Map<string, { state: port.Json; schema: number; ended: boolean }>();
  readonly #now: () => number;
  readonly #listeners: (() => void)[] = [];
  #deciding = false;
  #closed = false;

  /** `now` is the store's clock, which judges leases and what is due. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  async migrate(): Promise<void> {
    this.#check();
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  async recordDelivery({ guid, at }: port.Delivery): Promise<boolean> {
    this.#check();
    instant(at);
    if (this.#deliveries.has(guid)) return false;
    this.#deliveries.add(guid);
    return true;
  }

  async receive(events: port.InboxEvent[], topics: port.TopicEvent[]): Promise<number> {
    this.#check();
    const fannedOut = topics.flatMap((topic) => this.#inbox.fanOut(topic));
    const added = this.#inbox.add(this.#inbox.prepare([...events, ...fannedOut]));
    if (added > 0) for (const heard of this.#listeners) heard();
    return added;
  }

  listen(heard: () => void): void {
    this.#listeners.push(heard);
  }

  async waiting(limit: number): Promise<string[]> {
    this.#check();
    const parked = (aggregate: string) => this.#history.get(aggregate)?.at(-1)?.defect === true;
    return this.#inbox
      .waiting()
      .filter((aggregate) => !parked(aggregate))
      .slice(0, limit);
  }

  async step(aggregate: string, limit: number, decide: (loaded: port.Loaded) => port.StepWrite): Promise<number> {
    this.#check();
    const events = this.#inbox.open(aggregate).slice(0, limit);
    if (events.length === 0) return 0;
    const snapshot = this.#snapshots.get(aggregate);
    const write = this.#decide(decide, {
      // Parsed only when it is read: the loop remembers most states.
      get state() {
        return snapshot === undefined ? null : reread(snapshot.state);
      },
      schema: snapshot?.schema ?? null,
      seq: this.#seq(aggregate),
      events: events.map(({ id, key, event, at }) => ({ id, key, event: JSON.parse(event), at })),
    });
    // All that can throw comes first. Otherwise a refused write would be stored by half.
    checkHistory(write, events);
    const state = kept(write.state);
    const texts = new Map(events.map(({ key, event }) => [key, event]));
    const rows = write.history.map((row) => historyRow(row, texts.get(row.key)));
    const sends = this.#inbox.prepare(
      write.sends.map((event) => ({ ...event, id: derivedId(event.aggregate, event.key) })),
    );
    const effects = this.#outbox.prepare(aggregate, write.effects);

    this.#inbox.take(aggregate, new Set(rows.map((row) => row.key)));
    this.#append(aggregate, rows);
    this.#snapshots.set(aggregate, { state, schema: write.schema, ended: write.ended });
    this.#inbox.route(aggregate, write.routes);
    this.#outbox.cancel(aggregate, write.cancel);
    this.#outbox.add(effects);
    this.#inbox.add(sends);
    return rows.length;
  }

  async quarantine(aggregate: string, eventId: string, defect: string): Promise<void> {
    this.#check();
    const row = this.#inbox.open(aggregate).find(({ id }) => id === eventId);
    if (row === undefined) return;
    const { key, event, at } = row;
    this.#inbox.take(aggregate, new Set([key]));
    this.#append(aggregate, [{ key, event, at, outcome: { defect }, effects: [], defect: true }]);
  }

  async time(): Promise<string> {
    this.#check();
    return this.#at(0);
  }

  async claim(leaseMs: number, limit: number, which: "all" | "urgent"): Promise<port.ClaimedEffect[]> {
    this.#check();
    return this.#outbox.claim(this.#at(0), this.#at(leaseMs), limit, which);
  }

  async complete(claimed: port.ClaimedEffect, events: port.InboxEvent[], unended = 0): Promise<boolean> {
    this.#check();
    const rows = this.#inbox.prepare(events);
    if (!this.#outbox.complete(claimed, this.#at(0), unended)) return false;
    this.#inbox.add(rows);
    return true;
  }

  async release(claimed: port.ClaimedEffect, afterMs: number, _error: string): Promise<boolean> {
    this.#check();
    return this.#outbox.release(claimed, this.#at(afterMs), this.#at(0));
  }

  async putBack(claimed: port.ClaimedEffect, afterMs: number): Promise<boolean> {
    this.#check();
    return this.#outbox.putBack(claimed, this.#at(afterMs), this.#at(0));
  }

  async renew(claimed: port.ClaimedEffect[], leaseMs: number): Promise<port.ClaimedEffect[]> {
    this.#check();
    return this.#outbox.renew(claimed, this.#at(leaseMs));
  }

  async nextDue(which: "all" | "urgent"): Promise<number | null> {
    this.#check();
    const due = this.#outbox.nextDue(this.#at(0), which);
    return due === null ? null : Date.parse(due) - this.#now();
  }

  async snapshot(aggregate: string): Promise<port.Snapshot | null> {
    this.#check();
    const row = this.#snapshots.get(aggregate);
    return row === undefined ? null : this.#parse(aggregate, row);
  }

  async live(after: string, limit: number): Promise<string[]> {
    this.#check();
    const names = [...this.#snapshots].filter(([name, { ended }]) => !ended && name > after).map(([name]) => name);
    return names.sort().slice(0, limit);
  }

  async aggregates(prefix: string): Promise<({ aggregate: string } & port.Snapshot)[]> {
    this.#check();
    return [...this.#snapshots]
      .filter(([aggregate]) => aggregate.startsWith(prefix))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([aggregate, row]) => ({ aggregate, ...this.#parse(aggregate, row) }));
  }

  async history(aggregate: string, after: number, limit: number): Promise<port.HistoryRow[]> {
    this.#check();
    return (this.#history.get(aggregate) ?? []).slice(after, after + limit).map((row, index) => ({
      seq: after + index + 1,
      key: row.key,
      event: JSON.parse(row.event),
      at: row.at,
      outcome: reread(row.outcome),
      effects: reread(row.effects),
    }));
  }

  async routed(topic: string): Promise<string[]> {
    this.#check();
    return this.#inbox.routed(topic);
  }

  #at(afterMs: number): string {
    return new Date(this.#now() + afterMs).toISOString();
  }

  #check(): void {
    if (this.#closed) throw new StoreError("The store is closed.");
    if (this.#deciding) throw new StoreError("The store was called from inside one of its own transactions.");
  }

  #decide(decide: (loaded: port.Loaded) => port.StepWrite, loaded: port.Loaded): port.StepWrite {
    this.#deciding = true;
    try {
      return decide(loaded);
    } finally {
      this.#deciding = false;
    }
  }

  #parse(aggregate: string, { state, schema }: { state: port.Json; schema: number }): port.Snapshot {
    return {
      get state() {
        return reread(state);
      },
      schema,
      seq: this.#seq(aggregate),
    };
  }

  #append(aggregate: string, rows: readonly HistoryRow[]): void {
    const history = this.#history.get(aggregate) ?? [];
    history.push(...rows);
    this.#history.set(aggregate, history);
  }

  #seq(aggregate: string): number {
    return this.#history.get(aggregate)?.length ?? 0;
  }
}

/** `event` is the text that the inbox has of the event. */
function historyRow({ key, at, outcome, effects }: port.HistoryWrite, event = ""): HistoryRow {
  return { key, event, at: instant(at), outcome: kept(outcome), effects: kept(effects), defect: false };
}
