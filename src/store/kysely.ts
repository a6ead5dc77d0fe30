/** Makes the store over SQL, with the same statements on PGlite and on PostgreSQL. */
import type { Store } from "../loop/store-port.ts";
import { migrations } from "./migrations/index.ts";
import * as claiming from "./sql/claiming.ts";
import type { Connection } from "./sql/connection.ts";
import * as inbox from "./sql/inbox.ts";
import { migrate } from "./sql/migrate.ts";
import * as outbox from "./sql/outbox.ts";
import * as pruning from "./sql/pruning.ts";
import * as reads from "./sql/reads.ts";
import * as renaming from "./sql/renaming.ts";
import * as stepping from "./sql/step.ts";

/**
 * `close` ends the connection and releases what opening it took, such as the lock of the folder. `hearOthers` is left out where no
 * other process can use the tables.
 */
export function kyselyStore(
  connection: Connection,
  close: () => Promise<void>,
  hearOthers: (heard: () => void) => void = () => {},
): Store {
  const listeners: (() => void)[] = [];
  return {
    migrate: (schemas) => migrate(connection, migrations, schemas),
    close,
    recordDelivery: (delivery) => inbox.recordDelivery(connection, delivery),
    async receive(events, topics) {
      const added = await inbox.receive(connection, events, topics);
      if (added > 0) for (const heard of listeners) heard();
      return added;
    },
    listen(heard) {
      listeners.push(heard);
      hearOthers(heard);
    },
    waiting: (limit, which) => inbox.waiting(connection, limit, which),
    step: (aggregate, limit, decide) => stepping.step(connection, aggregate, limit, decide),
    quarantine: (aggregate, eventId, defect, effects) =>
      stepping.quarantine(connection, aggregate, eventId, defect, effects),
    time: () => reads.databaseTime(connection),
    claim: (leaseMs, limit, which) => claiming.claim(connection, leaseMs, limit, which),
    complete: (claimed, events, unended = 0) => outbox.complete(connection, claimed, events, unended),
    release: (claimed, afterMs, error) => outbox.release(connection, claimed, afterMs, error),
    putBack: (claimed, afterMs) => outbox.putBack(connection, claimed, afterMs),
    renew: (claimed, leaseMs) => outbox.renew(connection, claimed, leaseMs),
    nextDue: (which) => claiming.nextDue(connection, which),
    named: (after, limit) => renaming.named(connection, after, limit),
    rename: (moves, rewrite) => renaming.rename(connection, moves, rewrite),
    snapshot: (aggregate) => reads.snapshot(connection, aggregate),
    live: (after, limit) => reads.live(connection, after, limit),
    aggregates: (prefix) => reads.aggregates(connection, prefix),
    history: (aggregate, after, limit) => reads.history(connection, aggregate, after, limit),
    routed: (topic) => reads.routed(connection, topic),
    prunable: (before, after, limit) => pruning.prunable(connection, before, after, limit),
    prune: (aggregate, before, limit, keep) => pruning.prune(connection, aggregate, before, limit, keep),
    summaries: (aggregate) => pruning.summaries(connection, aggregate),
    forgetDeliveries: (before, limit) => pruning.forgetDeliveries(connection, before, limit),
  };
}
