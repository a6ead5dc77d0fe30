/**
 * What the loop needs from a store. A store keeps opaque JSON for aggregates and knows no domain types; `store/kysely.ts`
 * (PGlite or PostgreSQL) and `store/memory.ts` (simulation) pass one contract, `test/contract/store.contract.ts`. To add a call,
 * test it there first.
 *
 * The store's own clock judges leases and what is due, since the clocks of replicas differ. Times are ISO 8601 strings; a store
 * returns them as `Date.toISOString()` writes them. A caller does not change a value after it gave it to a store: the store in memory keeps it without a copy. Calling a store
 * from inside its own transaction (from `decide`) rejects with a `StoreError`.
 */
export type Json = unknown;

/** One event for one aggregate. */
export interface InboxEvent {
  /** The caller's id for this copy of the event (a UUID or ULID). */
  id: string;
  aggregate: string;
  /** The semantic key. Each (aggregate, key) is accepted once, until it is pruned. A later copy is dropped. */
  key: string;
  event: Json;
  at: string;
}

/** One event for every aggregate that is routed to the topic when it is received; its id becomes `<aggregate>/<key>`. */
export interface TopicEvent {
  topic: string;
  key: string;
  event: Json;
  at: string;
}

/** An event from one aggregate to another; its id becomes `<aggregate>/<key>`. */
export type SentEvent = Omit<InboxEvent, "id">;

/** An effect to run, or a timer: a timer is an effect whose `runAt` lies ahead. */
export interface NewEffect {
  /** Natural key, unique within the aggregate until it is pruned: adding it again changes nothing unless `replace` is set. */
  key: string;
  /**
   * Effects with the same ordering key run one at a time, in the order of `runAt`, then of being added. One that failed
   * and waits for its next try keeps its place, so nothing behind it overtakes. Fixed when the key is first added.
   */
  ordering: string;
  effect: Json;
  /** Not before this time. */
  runAt: string;
  /**
   * For coalesced effects and re-set timers. An effect with this key that is not claimed is overwritten and takes a new
   * place in its order; one that is running, done or cancelled is armed to run (again) with the new content. Either way
   * the count of attempts starts again.
   */
  replace?: boolean;
  /** Others wait for it. A share of every process's places is kept for such effects. */
  urgent?: boolean;
}

/** One row of history: what became of one event. */
export interface HistoryWrite {
  /** The key of an event that was loaded: the event then leaves the inbox. */
  key: string;
  event: Json;
  at: string;
  /** Applied, or ignored with a reason. */
  outcome: Json;
  effects: Json;
}

/** Everything one step changes. Cancellations come before effects, so a timer may be cancelled and set in one step. */
export interface StepWrite {
  state: Json;
  /** Version of the state's shape. */
  schema: number;
  /** Nothing more comes of the aggregate by itself. A sweep leaves it out. */
  ended: boolean;
  /** In order. Loaded events that are not in here stay in the inbox. */
  history: HistoryWrite[];
  effects: NewEffect[];
  /** Keys of effects that should not run any more. A running one continues, but not again if it was re-armed. */
  cancel: string[];
  /** The aggregate's topics from now on: replaces the old set. */
  routes: string[];
  /** For other aggregates' inboxes. */
  sends: SentEvent[];
}

/** The input of a step. `state` and `schema` are null before the first step. `seq` is that of the last history row. */
export interface Loaded {
  state: Json | null;
  schema: number | null;
  seq: number;
  /** Open events in order of arrival. */
  events: { id: string; key: string; event: Json; at: string }[];
}

/** An effect with a lease. */
export interface ClaimedEffect {
  /** `<aggregate>/<key>` */
  id: string;
  aggregate: string;
  key: string;
  ordering: string;
  effect: Json;
  /** This is the n-th try, from 1. */
  attempts: number;
  /** No process claimed it before. Otherwise what it does may have been done, even where no try was counted. */
  isFirst: boolean;
  /** Claims in a row that came to no end before this one: their processes died, or lost their leases. */
  unended: number;
  urgent: boolean;
  /** Fencing token. A holder of an older one can write nothing. */
  lease: string;
  runAt: string;
  /** When it was claimed, on the store's clock. */
  claimedAt: string;
}

export interface Snapshot {
  state: Json;
  schema: number;
  /** The `seq` of the last history row, pruned or not. */
  seq: number;
}

/** `seq` counts from 1 within the aggregate, without gaps. The first rows may have been pruned. */
export interface HistoryRow extends HistoryWrite {
  seq: number;
}

export interface Delivery {
  /** X-GitHub-Delivery */
  guid: string;
  event: string;
  action: string | null;
  at: string;
}

/** What `prune` is about to delete of an aggregate. The decided inbox rows that go with it hold the events of the history again. */
export interface Leaving {
  aggregate: string;
  /** null: it has not ended, and only its oldest history goes. */
  endedAt: string | null;
  snapshot: Snapshot;
  /** In order. */
  history: HistoryRow[];
  /** Ended effects and timers, by key. Together with the routes they go last. */
  effects: { key: string; effect: Json; runAt: string; attempts: number }[];
  /** Sorted. */
  topics: string[];
}

/** What stays of a part of a pruned aggregate. Another summary of the same part replaces it. */
export interface Summary {
  part: string;
  summary: Json;
}

export interface Move {
  from: string;
  to: string;
}

export interface Rewrite {
  /** Of an ordering key or a topic. */
  text(text: string): string;
  /** Of a state, an event or an effect. */
  json(value: Json): Json;
}

/** The database does not answer, is full, or takes no writes for now. Nothing is known of the call that met it. */
export class StoreUnavailable extends Error {
  override readonly name = "StoreUnavailable";
}

/** A newer version of Headgate stores values here that this process does not know. It may only end and give back what it has begun. */
export class StoreOutdated extends Error {
  override readonly name = "StoreOutdated";
}

export interface Store {
  /**
   * Brings the tables up to date. Safe to call again, and from several processes at once. `schemas` are the versions of values that
   * this process stores, by kind. Rejects where another process has stored newer ones; where one does so later, `step`, `claim`,
   * `nextDue` and `prune` reject with `StoreOutdated` from then on.
   */
  migrate(schemas?: Readonly<Record<string, number>>): Promise<void>;
  close(): Promise<void>;

  /** False: this delivery was seen before. A log only; what makes an event count once is its key. */
  recordDelivery(delivery: Delivery): Promise<boolean>;

  /** Adds events to inboxes in one transaction. Returns how many were new. */
  receive(events: InboxEvent[], topics: TopicEvent[]): Promise<number>;

  /**
   * Aggregates with open events, the one waiting longest first. `which` is "going" by default, which leaves out those that stopped
   * because the last thing that happened to them is a quarantined event. A direct `step` on such an aggregate works and ends that.
   */
  waiting(limit: number, which?: "going" | "stopped"): Promise<string[]>;

  /**
   * One transaction under the aggregate's lock: loads up to `limit` open events, writes what `decide` returns. Returns how many events left the inbox. With no open event, or while another process steps the aggregate, it returns 0 and `decide`
   * is not called. If `decide` throws, nothing
   * changes and the error is rethrown. `decide` has to be pure: after a database deadlock it is called again.
   */
  step(aggregate: string, limit: number, decide: (loaded: Loaded) => StepWrite): Promise<number>;

  /**
   * Takes an event that cannot be decided out of the inbox and into history, with the outcome `{ defect }`, and so parks
   * its aggregate (see `waiting`). Adds the effects in the same transaction. Does nothing if the event is no longer open.
   */
  quarantine(aggregate: string, eventId: string, defect: string, effects?: readonly NewEffect[]): Promise<void>;

  /** Calls `heard` when events or effects were written: here, or by another process. May call it for nothing, or not at all. */
  listen(heard: () => void): void;

  /** Returns the time on the store's clock. */
  time(): Promise<string>;

  /**
   * Leases effects that are due: those whose time has come, that nobody holds a live lease on, and that are first in
   * their ordering key while no other effect of the key is running. Oldest first.
   */
  claim(leaseMs: number, limit: number, which: "all" | "urgent"): Promise<ClaimedEffect[]>;

  /**
   * Ends an effect and adds its outcome to inboxes in one transaction. False: the lease is lost or over, nothing written.
   * `unended` is what the next claim of this key finds, should it be asked for again. Default: 0.
   */
  complete(claimed: ClaimedEffect, events: InboxEvent[], unended?: number): Promise<boolean>;

  /** Gives an effect back after a try that failed, to be tried again after a pause. False as for `complete`. */
  release(claimed: ClaimedEffect, afterMs: number, error: string): Promise<boolean>;

  /** Gives an effect back as if it had not been claimed: its tries count as before. False as for `complete`. */
  putBack(claimed: ClaimedEffect, afterMs: number): Promise<boolean>;

  /** Moves the ends of leases. Returns those that another process did not take, and that have not ended. */
  renew(claimed: ClaimedEffect[], leaseMs: number): Promise<ClaimedEffect[]>;

  /**
   * In how many milliseconds `claim` will next find something: at the first effect's time, or the end of the lease that it
   * waits for. 0 or less if something can be claimed already; null if no effect is left.
   */
  nextDue(which: "all" | "urgent"): Promise<number | null>;

  /** The names of aggregates that have a state or an open event, sorted, from the one after `after` on. */
  named(after: string, limit: number): Promise<string[]>;

  /**
   * One transaction under the locks of all: gives aggregates other names, in every table. `rewrite` changes the names that values,
   * ordering keys and topics hold. Where an aggregate has the new name already, the other keeps its own and ends: its open events and
   * effects and its routes go. Returns those.
   */
  rename(moves: Move[], rewrite: Rewrite): Promise<string[]>;

  snapshot(aggregate: string): Promise<Snapshot | null>;
  /** The names of aggregates that have not ended, sorted, from the one after `after` on. */
  live(after: string, limit: number): Promise<string[]>;
  /** All snapshots whose aggregate starts with `prefix`, sorted by name. */
  aggregates(prefix: string): Promise<({ aggregate: string } & Snapshot)[]>;
  /** Rows with `seq` greater than `after`, in order. */
  history(aggregate: string, after: number, limit: number): Promise<HistoryRow[]>;
  /** The aggregates routed to a topic, sorted. */
  routed(topic: string): Promise<string[]>;

  /**
   * Aggregates of which `prune` may delete something, sorted, from the one after `after` on: those that ended before `before` and
   * have nothing open, and those that live and whose oldest history row is from before it.
   */
  prunable(before: string, after: string, limit: number): Promise<{ aggregate: string; ended: boolean }[]>;

  /**
   * One transaction under the aggregate's lock. Of an aggregate that ended before `before` and has nothing open, its history, decided
   * events, ended effects and routes go, and its snapshot stays. Of one that lives, history from before `before` and its decided
   * events go, except for the last row. At most `limit` rows of history go at once; false: there may be more.
   *
   * `keep` gets what goes, before it goes, and returns the summaries that stay. If it returns null or throws, nothing changes. It may
   * be called again for the same rows, and cannot call the store. Where nothing may go, or another process steps the aggregate, it is
   * not called and the answer is true.
   */
  prune(
    aggregate: string,
    before: string,
    limit: number,
    keep: (leaving: Leaving) => Promise<Summary[] | null>,
  ): Promise<boolean>;

  /** What stays of an aggregate, sorted by part. */
  summaries(aggregate: string): Promise<Summary[]>;

  /** Deletes deliveries from before `before`. Returns how many, at most `limit`. */
  forgetDeliveries(before: string, limit: number): Promise<number>;
}
