/**
 * Keeps everything in memory, for simulation and tests: synchronous inside and in deterministic order. It passes the same contract
 * as the store over SQL.
 */
import type * as port from "../loop/store-port.ts";
import { StoreError } from "./errors.ts";
import { MemoryInbox } from "./memory-inbox.ts";
import { MemoryOutbox } from "./memory-outbox.ts";
import { checkHistory, derivedId, instant, kept, oldRows, reread, toText } from "./values.ts";

interface HistoryRow {
  key: string;
  event: string;
  at: string;
  outcome: port.Json;
  effects: port.Json;
  defect: boolean;
}

interface SnapshotRow {
  state: port.Json;
  schema: number;
  endedAt: string | null;
  /** Up to which `seq` the history was pruned. */
  pruned: number;
}

export class MemoryStore implements port.Store {
  /** When each came. */
  readonly #deliveries = new Map<string, string>();
  readonly #inbox = new MemoryInbox();
  readonly #outbox = new MemoryOutbox();
  readonly #history = new Map<string, HistoryRow[]>();
  readonly #snapshots = new Map<string, SnapshotRow>();
  readonly #summaries = new Map<string, Map<string, port.Json>>();
  readonly #now: () => number;
  readonly #listeners: (() => void)[] = [];
  /** Aggregates that are being pruned. */
  readonly #locked = new Set<string>();
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
    const time = instant(at);
    if (this.#deliveries.has(guid)) return false;
    this.#deliveries.set(guid, time);
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

  async waiting(limit: number, which: "going" | "stopped" = "going"): Promise<string[]> {
    this.#check();
    const isStopped = (aggregate: string) => this.#history.get(aggregate)?.at(-1)?.defect === true;
    return this.#inbox
      .waiting()
      .filter((aggregate) => isStopped(aggregate) === (which === "stopped"))
      .slice(0, limit);
  }

  async step(aggregate: string, limit: number, decide: (loaded: port.Loaded) => port.StepWrite): Promise<number> {
    this.#check();
    if (this.#locked.has(aggregate)) return 0;
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
    const pruned = snapshot?.pruned ?? 0;
    // The first end counts, as in `sql/step.ts`.
    const first = pruned < this.#seq(aggregate) ? (snapshot?.endedAt ?? null) : null;
    const endedAt = write.ended ? (first ?? this.#at(0)) : null;
    this.#append(aggregate, rows);
    this.#snapshots.set(aggregate, { state, schema: write.schema, endedAt, pruned });
    this.#inbox.route(aggregate, write.routes);
    this.#outbox.cancel(aggregate, write.cancel);
    this.#outbox.add(effects);
    this.#inbox.add(sends);
    return rows.length;
  }

  async quarantine(
    aggregate: string,
    eventId: string,
    defect: string,
    effects: readonly port.NewEffect[] = [],
  ): Promise<void> {
    this.#check();
    const row = this.#inbox.open(aggregate).find(({ id }) => id === eventId);
    if (row === undefined) return;
    const { key, event, at } = row;
    const added = this.#outbox.prepare(aggregate, effects);
    this.#inbox.take(aggregate, new Set([key]));
    const snapshot = this.#snapshots.get(aggregate);
    if (snapshot !== undefined && snapshot.endedAt !== null && snapshot.pruned === this.#seq(aggregate)) {
      snapshot.endedAt = this.#at(0);
    }
    this.#append(aggregate, [{ key, event, at, outcome: { defect }, effects: [], defect: true }]);
    this.#outbox.add(added);
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

  async named(after: string, limit: number): Promise<string[]> {
    this.#check();
    const names = new Set([...this.#snapshots.keys(), ...this.#inbox.names()]);
    return [...names]
      .filter((name) => name > after)
      .sort()
      .slice(0, limit);
  }

  async rename(moves: port.Move[], rewrite: port.Rewrite): Promise<string[]> {
    this.#check();
    const taken: string[] = [];
    for (const { from, to } of moves) {
      if (this.#snapshots.has(to) || this.#history.has(to)) {
        this.#end(from);
        taken.push(from);
      } else this.#rename(from, to, rewrite);
    }
    return taken;
  }

  async snapshot(aggregate: string): Promise<port.Snapshot | null> {
    this.#check();
    const row = this.#snapshots.get(aggregate);
    return row === undefined ? null : this.#parse(aggregate, row);
  }

  async live(after: string, limit: number): Promise<string[]> {
    this.#check();
    const names = [...this.#snapshots]
      .filter(([name, { endedAt }]) => endedAt === null && name > after)
      .map(([name]) => name);
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
    return this.#page(aggregate, after, limit);
  }

  async routed(topic: string): Promise<string[]> {
    this.#check();
    return this.#inbox.routed(topic);
  }

  async prunable(before: string, after: string, limit: number): Promise<{ aggregate: string; ended: boolean }[]> {
    this.#check();
    const time = instant(before);
    const due = ([aggregate, { endedAt, pruned }]: [string, SnapshotRow]) => {
      if (endedAt !== null) return pruned < this.#seq(aggregate) && this.#isOver(aggregate, endedAt, time);
      return pruned + 1 < this.#seq(aggregate) && this.#history.get(aggregate)![0]!.at < time;
    };
    return [...this.#snapshots]
      .filter((entry) => entry[0] > after && due(entry))
      .map(([aggregate, { endedAt }]) => ({ aggregate, ended: endedAt !== null }))
      .sort((a, b) => (a.aggregate < b.aggregate ? -1 : 1))
      .slice(0, limit);
  }

  async prune(
    aggregate: string,
    before: string,
    limit: number,
    keep: (leaving: port.Leaving) => Promise<port.Summary[] | null>,
  ): Promise<boolean> {
    this.#check();
    if (this.#locked.has(aggregate)) return true;
    this.#locked.add(aggregate);
    try {
      return await this.#prune(aggregate, instant(before), limit, keep);
    } finally {
      this.#locked.delete(aggregate);
    }
  }

  async summaries(aggregate: string): Promise<port.Summary[]> {
    this.#check();
    return [...(this.#summaries.get(aggregate) ?? [])]
      .map(([part, summary]) => ({ part, summary: reread(summary) }))
      .sort((a, b) => (a.part < b.part ? -1 : 1));
  }

  async forgetDeliveries(before: string, limit: number): Promise<number> {
    this.#check();
    const old = [...this.#deliveries].filter(([, at]) => at < instant(before)).sort(([, a], [, b]) => (a < b ? -1 : 1));
    for (const [guid] of old.slice(0, limit)) this.#deliveries.delete(guid);
    return Math.min(old.length, limit);
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

  #end(aggregate: string): void {
    const snapshot = this.#snapshots.get(aggregate);
    if (snapshot !== undefined) snapshot.endedAt ??= this.#at(0);
    this.#inbox.end(aggregate);
    this.#outbox.endAll(aggregate);
  }

  #rename(from: string, to: string, rewrite: port.Rewrite): void {
    this.#inbox.rename(from, to, rewrite);
    this.#outbox.rename(from, to, rewrite);
    const rows = this.#history.get(from)?.map((row) => ({
      ...row,
      event: toText(rewrite.json(JSON.parse(row.event))),
      effects: rewrite.json(reread(row.effects)),
    }));
    const snapshot = this.#snapshots.get(from);
    const state = snapshot === undefined ? undefined : { ...snapshot, state: rewrite.json(reread(snapshot.state)) };
    replace(this.#history, from, to, rows);
    replace(this.#snapshots, from, to, state);
    replace(this.#summaries, from, to, this.#summaries.get(from));
  }

  async #prune(
    aggregate: string,
    before: string,
    limit: number,
    keep: (leaving: port.Leaving) => Promise<port.Summary[] | null>,
  ): Promise<boolean> {
    const row = this.#snapshots.get(aggregate);
    const seq = this.#seq(aggregate);
    const over = row !== undefined && this.#isOver(aggregate, row.endedAt, before);
    if (row === undefined || row.pruned >= seq || (row.endedAt !== null && !over)) return true;
    const rows = this.#page(aggregate, 0, limit);
    const history = over ? rows : oldRows(rows, before, seq);
    const all = history.length < limit;
    const through = over && all ? seq : history.at(-1)?.seq;
    if (through === undefined) return true;
    const last = through === seq;
    const effects = last ? this.#outbox.ended(aggregate) : [];
    const topics = last ? this.#inbox.topicsOf(aggregate) : [];
    const snapshot = this.#parse(aggregate, row);
    const summaries = await keep({ aggregate, endedAt: row.endedAt, snapshot, history, effects, topics });
    // An event was quarantined meanwhile. The aggregate is left for the next time.
    if (summaries === null || this.#seq(aggregate) !== seq) return true;
    const parts = this.#summaries.get(aggregate) ?? new Map<string, port.Json>();
    for (const { part, summary } of summaries) parts.set(part, reread(summary));
    this.#summaries.set(aggregate, parts);
    const gone = this.#history.get(aggregate)!.splice(0, through - row.pruned);
    row.pruned = through;
    this.#inbox.forget(aggregate, last ? null : gone.map(({ key }) => key));
    if (last) this.#outbox.forget(aggregate);
    return last || all;
  }

  #page(aggregate: string, after: number, limit: number): port.HistoryRow[] {
    const pruned = this.#snapshots.get(aggregate)?.pruned ?? 0;
    const from = Math.max(after - pruned, 0);
    return (this.#history.get(aggregate) ?? []).slice(from, from + limit).map((row, index) => ({
      seq: pruned + from + index + 1,
      key: row.key,
      event: JSON.parse(row.event),
      at: row.at,
      outcome: reread(row.outcome),
      effects: reread(row.effects),
    }));
  }

  #append(aggregate: string, rows: readonly HistoryRow[]): void {
    const history = this.#history.get(aggregate) ?? [];
    history.push(...rows);
    this.#history.set(aggregate, history);
  }

  #seq(aggregate: string): number {
    return (this.#snapshots.get(aggregate)?.pruned ?? 0) + (this.#history.get(aggregate)?.length ?? 0);
  }

  #isOver(aggregate: string, endedAt: string | null, before: string): boolean {
    if (endedAt === null || endedAt >= before) return false;
    return this.#inbox.open(aggregate).length === 0 && !this.#outbox.hasOpen(aggregate);
  }
}

function replace<Value>(map: Map<string, Value>, from: string, to: string, value: Value | undefined): void {
  map.delete(from);
  if (value !== undefined) map.set(to, value);
}

/** `event` is the text that the inbox has of the event. */
function historyRow({ key, at, outcome, effects }: port.HistoryWrite, event = ""): HistoryRow {
  return { key, event, at: instant(at), outcome: kept(outcome), effects: kept(effects), defect: false };
}
