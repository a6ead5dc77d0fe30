/**
 * The store in memory, for simulation: synchronous inside, in deterministic order, and in every respect that the port
 * names the same as the one over SQL.
 */
import type * as port from "../loop/store-port.ts";
import { StoreError } from "./errors.ts";
import { MemoryOutbox } from "./memory-outbox.ts";
import { checkHistory, derivedId, instant, toText } from "./values.ts";

interface EventRow {
  position: number;
  aggregate: string;
  id: string;
  key: string;
  event: string;
  at: string;
}
interface HistoryRow {
  key: string;
  event: string;
  at: string;
  outcome: string;
  commands: string;
  defect: boolean;
}

export class MemoryStore implements port.Store {
  readonly #deliveries = new Set<string>();
  readonly #seen = new Set<string>();
  readonly #open = new Map<string, EventRow[]>();
  readonly #routes = new Map<string, Set<string>>();
  readonly #history = new Map<string, HistoryRow[]>();
  readonly #snapshots = new Map<string, { state: string; schema: number }>();
  readonly #outbox = new MemoryOutbox();
  #position = 0;
  #deciding = false;
  #closed = false;

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
    return this.#add([...events, ...topics.flatMap((topic) => this.#fanOut(topic))].map(eventRow));
  }

  async waiting(limit: number): Promise<string[]> {
    this.#check();
    return [...this.#open]
      .filter(([aggregate]) => this.#history.get(aggregate)?.at(-1)?.defect !== true)
      .map(([aggregate, rows]) => ({ aggregate, since: rows[0]!.position }))
      .sort((a, b) => a.since - b.since)
      .slice(0, limit)
      .map(({ aggregate }) => aggregate);
  }

  async step(aggregate: string, limit: number, decide: (loaded: port.Loaded) => port.StepWrite): Promise<number> {
    this.#check();
    const events = (this.#open.get(aggregate) ?? []).slice(0, limit);
    if (events.length === 0) return 0;
    const snapshot = this.#snapshots.get(aggregate);
    const write = this.#decide(decide, {
      state: snapshot === undefined ? null : JSON.parse(snapshot.state),
      schema: snapshot?.schema ?? null,
      seq: this.#seq(aggregate),
      events: events.map(({ id, key, event, at }) => ({ id, key, event: JSON.parse(event), at })),
    });
    // Everything that can throw comes first, so that a refused write leaves no trace.
    checkHistory(write, events);
    const state = toText(write.state);
    const rows = write.history.map(historyRow);
    const sends = write.sends.map((event) => eventRow({ ...event, id: derivedId(event.aggregate, event.key) }));
    const commands = this.#outbox.prepare(aggregate, write.commands);

    this.#close(aggregate, new Set(rows.map((row) => row.key)));
    this.#history.set(aggregate, [...(this.#history.get(aggregate) ?? []), ...rows]);
    this.#snapshots.set(aggregate, { state, schema: write.schema });
    this.#routes.set(aggregate, new Set(write.routes));
    this.#outbox.cancel(aggregate, write.cancel);
    this.#outbox.add(commands);
    this.#add(sends);
    return rows.length;
  }

  async quarantine(aggregate: string, eventId: string, defect: string): Promise<void> {
    this.#check();
    const row = this.#open.get(aggregate)?.find(({ id }) => id === eventId);
    if (row === undefined) return;
    this.#close(aggregate, new Set([row.key]));
    const { key, event, at } = row;
    const defective = { key, event, at, outcome: toText({ defect }), commands: "[]", defect: true };
    this.#history.set(aggregate, [...(this.#history.get(aggregate) ?? []), defective]);
  }

  async claim(now: string, leaseUntil: string, limit: number): Promise<port.ClaimedCommand[]> {
    this.#check();
    return this.#outbox.claim(instant(now), instant(leaseUntil), limit);
  }

  async complete(claimed: port.ClaimedCommand, events: port.InboxEvent[], now: string): Promise<boolean> {
    this.#check();
    const rows = events.map(eventRow);
    if (!this.#outbox.complete(claimed, instant(now))) return false;
    this.#add(rows);
    return true;
  }

  async release(claimed: port.ClaimedCommand, runAt: string, now: string, _error: string): Promise<boolean> {
    this.#check();
    return this.#outbox.release(claimed, instant(runAt), instant(now));
  }

  async renew(claimed: port.ClaimedCommand, leaseUntil: string): Promise<boolean> {
    this.#check();
    return this.#outbox.renew(claimed, instant(leaseUntil));
  }

  async nextDue(now: string): Promise<string | null> {
    this.#check();
    return this.#outbox.nextDue(instant(now));
  }

  async snapshot(aggregate: string): Promise<port.Snapshot | null> {
    this.#check();
    const row = this.#snapshots.get(aggregate);
    return row === undefined ? null : { state: JSON.parse(row.state), schema: row.schema, seq: this.#seq(aggregate) };
  }

  async aggregates(prefix: string): Promise<({ aggregate: string } & port.Snapshot)[]> {
    this.#check();
    return [...this.#snapshots]
      .filter(([aggregate]) => aggregate.startsWith(prefix))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([aggregate, { state, schema }]) => ({
        aggregate,
        state: JSON.parse(state),
        schema,
        seq: this.#seq(aggregate),
      }));
  }

  async history(aggregate: string, after: number, limit: number): Promise<port.HistoryRow[]> {
    this.#check();
    return (this.#history.get(aggregate) ?? []).slice(after, after + limit).map((row, index) => ({
      seq: after + index + 1,
      key: row.key,
      event: JSON.parse(row.event),
      at: row.at,
      outcome: JSON.parse(row.outcome),
      commands: JSON.parse(row.commands),
    }));
  }

  async routed(topic: string): Promise<string[]> {
    this.#check();
    return this.#routedTo(topic);
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

  #fanOut({ topic, key, event, at }: port.TopicEvent): port.InboxEvent[] {
    return this.#routedTo(topic).map((aggregate) => ({ id: derivedId(aggregate, key), aggregate, key, event, at }));
  }

  #routedTo(topic: string): string[] {
    return [...this.#routes]
      .filter(([, topics]) => topics.has(topic))
      .map(([aggregate]) => aggregate)
      .sort();
  }

  #add(rows: Omit<EventRow, "position">[]): number {
    let added = 0;
    for (const row of rows) {
      const name = JSON.stringify([row.aggregate, row.key]);
      if (this.#seen.has(name)) continue;
      this.#seen.add(name);
      const open = this.#open.get(row.aggregate) ?? [];
      open.push({ ...row, position: this.#position++ });
      this.#open.set(row.aggregate, open);
      added++;
    }
    return added;
  }

  /** Takes events out of the inbox. */
  #close(aggregate: string, keys: ReadonlySet<string>): void {
    const left = (this.#open.get(aggregate) ?? []).filter((row) => !keys.has(row.key));
    if (left.length === 0) this.#open.delete(aggregate);
    else this.#open.set(aggregate, left);
  }

  #seq(aggregate: string): number {
    return this.#history.get(aggregate)?.length ?? 0;
  }
}

function eventRow({ aggregate, id, key, event, at }: port.InboxEvent): Omit<EventRow, "position"> {
  return { aggregate, id, key, event: toText(event), at: instant(at) };
}

function historyRow({ key, event, at, outcome, commands }: port.HistoryWrite): HistoryRow {
  return {
    key,
    event: toText(event),
    at: instant(at),
    outcome: toText(outcome),
    commands: toText(commands),
    defect: false,
  };
}
