/** Finds what webhooks did not report, in every repository: at the start, after each interval, and after webhooks were lost. */

import { isOver } from "../core/feature/state.ts";
import type { Repo } from "../core/github.ts";
import { presentLife } from "./effects/present-feature.ts";
import type { Outside } from "./outside.ts";
import { describe } from "./step.ts";
import { StoreUnavailable } from "./store-port.ts";

/** Aggregates that are woken in one transaction. PostgreSQL takes 65,535 values in a statement. */
const BATCH = 500;
/** After a sweep that failed, and after webhooks were lost. */
const AGAIN_MS = 10_000;

export interface Sweep {
  /** Sweeps when a sweep is due. */
  tick(): Promise<void>;
  /** Webhooks were lost: the next sweep comes soon, and wakes everything under way. */
  missed(): void;
}

export function createSweep(outside: Outside): Sweep {
  const { sweepEveryMs } = outside.settings;
  const againMs = Math.min(AGAIN_MS, sweepEveryMs);
  let dueAt: number | null = null;
  let sweeping = false;
  /** How far everything under way was woken; null: all of it was. */
  let waking: { to: string } | null = { to: "" };

  async function sweep(): Promise<void> {
    const mine = waking;
    if (mine !== null) {
      await wakeAggregates(outside, mine.to, (aggregate) => {
        mine.to = aggregate;
      });
      // Webhooks that were lost meanwhile may concern what was woken before.
      if (waking === mine) waking = null;
    }
    await sweepRepositories(outside);
  }

  return {
    async tick() {
      if (sweeping || (dueAt !== null && outside.now() < dueAt)) return;
      sweeping = true;
      dueAt = outside.now() + sweepEveryMs;
      try {
        await sweep();
      } catch (error) {
        dueAt = outside.now() + againMs;
        // The driver has said it where the store is away.
        if (error instanceof StoreUnavailable) return;
        outside.log.warn({ error: describe(error) }, "the sweep failed; it is repeated in a moment");
      } finally {
        sweeping = false;
      }
    },
    missed() {
      waking = { to: "" };
      // Not at once: a database that fails again and again would have every repository read with each failure.
      if (dueAt !== null) dueAt = Math.min(dueAt, outside.now() + againMs);
    },
  };
}

/**
 * Wakes everything under way. Begins after the aggregate `from` and tells how far it came, so that a sweep that failed is continued.
 */
async function wakeAggregates(outside: Outside, from: string, reached: (aggregate: string) => void): Promise<void> {
  const sweep = { type: "timer.due" as const, timer: "sweep" };
  for (let after: string | undefined = from; after !== undefined; ) {
    const names: string[] = await outside.store.live(after, BATCH);
    const at = new Date(outside.now()).toISOString();
    const events = names.map((aggregate) => {
      const id = outside.newId();
      return { id, aggregate, key: `sweep:start:${id}`, event: sweep, at };
    });
    await outside.store.receive(events, []);
    after = names.at(-1);
    if (after !== undefined) reached(after);
  }
}

async function sweepRepositories(outside: Outside): Promise<void> {
  for (const repo of await outside.repositories()) {
    try {
      await sweepRepository(outside, repo);
    } catch (error) {
      outside.log.warn({ repo, error: describe(error) }, "a repository could not be swept");
    }
  }
}

async function sweepRepository(outside: Outside, repo: Repo): Promise<void> {
  const { github, store, settings } = outside;
  for (const issue of await github.labelledIssues(repo, settings.label)) {
    const { aggregate, state } = await presentLife(store, repo, issue.number);
    // The core knows whether a feature that is over was labelled after its end, and then begins it anew.
    if (state !== null && !isOver(state)) continue;
    const labelled = await github.labelledBy(repo, issue.number, settings.label);
    if (labelled === null) continue;
    const event = {
      type: "feature.labelled" as const,
      repo,
      issue: issue.number,
      title: issue.title,
      body: issue.body,
      by: labelled.login,
      labelledAt: Date.parse(labelled.at),
    };
    const at = new Date(outside.now()).toISOString();
    await store.receive([{ id: outside.newId(), aggregate, key: `labelled:${labelled.at}`, event, at }], []);
  }
}
