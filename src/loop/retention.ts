/**
 * Deletes what is old, in batches: ended features, the old history of lanes, deliveries. Of each feature its snapshot and one summary
 * for it and each of its tasks stay. Killed at any point, it has deleted whole aggregates or parts that it exported, and goes on.
 */
import { read } from "../core/decide.ts";
import type { FeatureState } from "../core/feature/state.ts";
import { isLane } from "../core/keys.ts";
import { summaryOf } from "../core/rules/summary.ts";
import type { Outside, Retention } from "./outside.ts";
import { describe } from "./step.ts";
import { type Leaving, StoreOutdated, StoreUnavailable, type Summary } from "./store-port.ts";

const DAY_MS = 86_400_000;
const AGGREGATES = 20;
const DELIVERIES = 1_000;
/** Rows of history that one transaction deletes, and that one file holds. */
const ROWS = 500;
/** Transactions for one aggregate in a batch. */
const PARTS = 10;
const NEXT_BATCH_MS = 1_000;
const NEXT_PASS_MS = 3_600_000;
const AWAY_MS = 10_000;
/** Aggregates whose unreadable snapshots were logged. */
const MAX_LOGGED = 1_000;

/** What is about to be deleted could not be exported. */
class NotExported extends Error {}

/** Returns a call that deletes the next batch when one is due. */
export function retain(outside: Outside, { days, exportTo }: Retention): () => Promise<void> {
  const { store, log } = outside;
  let dueAt = 0;
  /** The aggregate after which the next batch begins. */
  let after = "";
  const logged = new Set<string>();

  /** Returns true when nothing is left. */
  async function batch(): Promise<boolean> {
    const before = new Date(outside.now() - days * DAY_MS).toISOString();
    const found = await store.prunable(before, after, AGGREGATES);
    let all = true;
    for (const { aggregate, ended } of found) {
      // A feature that lives keeps its history, however old it is. A lane never ends.
      if (ended || isLane(aggregate)) all = (await pruneParts(aggregate, before)) && all;
      after = aggregate;
    }
    const forgotten = await store.forgetDeliveries(before, DELIVERIES);
    if (found.length === AGGREGATES) return false;
    after = "";
    return all && forgotten < DELIVERIES;
  }

  async function pruneParts(aggregate: string, before: string): Promise<boolean> {
    for (let part = 1; part <= PARTS; part++) if (await store.prune(aggregate, before, ROWS, keep)) return true;
    return false;
  }

  async function keep(leaving: Leaving): Promise<Summary[] | null> {
    const summaries = summarised(leaving);
    if (summaries === null) return null;
    try {
      await exportTo?.(leaving);
    } catch (error) {
      throw new NotExported(describe(error), { cause: error });
    }
    return summaries;
  }

  function summarised({ aggregate, snapshot: { state, schema } }: Leaving): Summary[] | null {
    try {
      if (isLane(aggregate) || state === null) return [];
      const { feature, tasks } = summaryOf(read(aggregate, { state, schema }) as FeatureState);
      return [
        { part: "feature", summary: feature },
        ...tasks.map((task) => ({ part: `task:${task.id}`, summary: task })),
      ];
    } catch (error) {
      if (!logged.has(aggregate) && logged.size < MAX_LOGGED) {
        logged.add(aggregate);
        log.warn({ aggregate, error: describe(error) }, "an old aggregate cannot be read; it is not deleted");
      }
      return null;
    }
  }

  return async () => {
    if (outside.now() < dueAt) return;
    // Other turns of the driver come while this batch is under way.
    dueAt = Number.POSITIVE_INFINITY;
    try {
      const done = await batch();
      dueAt = outside.now() + (done ? NEXT_PASS_MS : NEXT_BATCH_MS);
    } catch (error) {
      // The driver has said it where the store is away.
      dueAt = outside.now() + (error instanceof StoreUnavailable ? AWAY_MS : NEXT_PASS_MS);
      if (error instanceof NotExported) {
        log.error({ error: error.message }, "what is old could not be exported; nothing of it is deleted");
      } else if (!(error instanceof StoreUnavailable || error instanceof StoreOutdated)) {
        log.warn({ error: describe(error) }, "what is old could not be deleted; it is tried again in an hour");
      }
    }
  };
}
