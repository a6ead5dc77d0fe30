/**
 * Offers the loop in single steps: inboxes, the outbox, the sweep. It never waits; `driver.ts` does in a process. Tests and the
 * simulation call the same steps themselves.
 */
import { giveBack, leaseUntil, runClaimed } from "./outbox.ts";
import type { Outside } from "./outside.ts";
import { withoutSecrets } from "./redacted.ts";
import { type Inside, Remembered } from "./remembered.ts";
import { describe, stepAggregate } from "./step.ts";
import type { ClaimedEffect } from "./store-port.ts";
import { sweepAggregates, sweepRepositories } from "./sweep.ts";

const AGGREGATES = 50;

export interface Loop {
  /** Decides what waits in inboxes. Returns how many events were decided. */
  stepInbox(): Promise<number>;
  /** Claims up to `limit` effects that are due. Each promise ends with its effect and never rejects. */
  claim(limit: number): Promise<Promise<void>[]>;
  /** Claims effects and runs them to their ends. Returns how many. */
  stepOutbox(limit: number): Promise<number>;
  /** Sweeps when a sweep is due: finds what webhooks did not report. */
  tick(): Promise<void>;
  /** Returns when the outbox next has something to do, in milliseconds since 1970; null: never. */
  nextDue(): Promise<number | null>;
}

/** `decided` is called with every aggregate that was stepped. */
export function createLoop(outside: Outside, decided: (aggregate: string) => void = () => {}): Loop {
  const { store, log } = outside;
  const github = withoutSecrets(outside.github, outside.scanner);
  const inside: Inside = { ...outside, github, remembered: new Remembered() };
  let sweptAt: number | null = null;
  /** The effects that this process runs now, by their ordering keys. false: its lease ran out meanwhile. */
  const underWay = new Map<string, Promise<boolean>>();
  /** Until when this process leaves an aggregate alone whose snapshot it cannot read. Otherwise it would log that in a loop. */
  const unreadable = new Map<string, number>();

  async function stepInbox(): Promise<number> {
    let count = 0;
    for (const aggregate of await store.waiting(AGGREGATES)) {
      if ((unreadable.get(aggregate) ?? 0) > outside.now()) continue;
      try {
        count += await stepAggregate(inside, aggregate);
        decided(aggregate);
      } catch (error) {
        log.error(
          { aggregate, error: describe(error) },
          "an aggregate cannot be stepped; it is left alone for a minute",
        );
        unreadable.set(aggregate, outside.now() + 60_000);
      }
    }
    return count;
  }

  async function claim(limit: number): Promise<Promise<void>[]> {
    const now = outside.now();
    const claimed = await store.claim(new Date(now).toISOString(), leaseUntil(now), limit);
    return claimed.map((effect) => {
      // A clock that jumps ends the lease of an effect that still runs here. Its second run waits, or two would run at once.
      const before = underWay.get(effect.ordering);
      const run =
        before === undefined
          ? carryOut(effect, runClaimed)
          : before.then((ended) => carryOut(effect, ended ? runClaimed : giveBack));
      underWay.set(effect.ordering, run);
      return run.then(() => {
        if (underWay.get(effect.ordering) === run) underWay.delete(effect.ordering);
      });
    });
  }

  function carryOut(effect: ClaimedEffect, act: typeof runClaimed): Promise<boolean> {
    return act(inside, effect).catch((error: unknown) => {
      // The store failed. The lease runs out and the effect is claimed again.
      log.error({ effect: effect.id, error: describe(error) }, "an effect's end could not be written");
      return false;
    });
  }

  return {
    stepInbox,
    claim,
    async stepOutbox(limit) {
      const running = await claim(limit);
      await Promise.all(running);
      return running.length;
    },
    async tick() {
      const now = outside.now();
      if (sweptAt !== null && now - sweptAt < outside.settings.sweepEveryMs) return;
      const first = sweptAt === null;
      sweptAt = now;
      try {
        if (first) await sweepAggregates(outside);
        await sweepRepositories(outside);
      } catch (error) {
        log.warn({ error: describe(error) }, "the sweep failed; it is repeated later");
      }
    },
    async nextDue() {
      const due = await store.nextDue(new Date(outside.now()).toISOString());
      return due === null ? null : Date.parse(due);
    },
  };
}
