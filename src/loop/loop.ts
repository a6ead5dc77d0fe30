/**
 * The loop in single steps: an aggregate's inbox, the outbox, the sweep. It never waits by itself; a driver does. Tests and
 * simulations pump the same steps.
 */
import { leaseUntil, runClaimed } from "./outbox.ts";
import type { Outside } from "./outside.ts";
import { type Inside, Remembered } from "./remembered.ts";
import { describe, stepAggregate } from "./step.ts";
import type { ClaimedEffect } from "./store-port.ts";
import { sweepAggregates, sweepRepositories } from "./sweep.ts";

const AGGREGATES = 50;

export interface Loop {
  /** Decide what waits in inboxes; the number of events decided. */
  stepInbox(): Promise<number>;
  /** Claim up to `limit` effects that are due. Each promise ends with its effect and never rejects. */
  claim(limit: number): Promise<Promise<void>[]>;
  /** Claim and run to the end; the number of effects run. */
  stepOutbox(limit: number): Promise<number>;
  /** Look for what webhooks never told. */
  tick(): Promise<void>;
  /** Milliseconds since 1970 at which something will be due, or null. */
  nextDue(): Promise<number | null>;
}

/** `decided` is told of every aggregate that was stepped. */
export function createLoop(outside: Outside, decided: (aggregate: string) => void = () => {}): Loop {
  const { store, log } = outside;
  const inside: Inside = { ...outside, remembered: new Remembered() };
  let sweptAt: number | null = null;
  /** By their ordering key, the effects under way here. */
  const underWay = new Map<string, Promise<void>>();
  /** Aggregates whose snapshot this process cannot read, and until when they are left alone. */
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
      // A clock that jumps ends the lease of an effect that is still under way here: what takes it over waits for it.
      const before = underWay.get(effect.ordering);
      const run = before === undefined ? carryOut(effect) : before.then(() => carryOut(effect));
      underWay.set(effect.ordering, run);
      void run.then(() => {
        if (underWay.get(effect.ordering) === run) underWay.delete(effect.ordering);
      });
      return run;
    });
  }

  function carryOut(effect: ClaimedEffect): Promise<void> {
    return runClaimed(inside, effect).catch((error: unknown) => {
      // The store itself failed: the lease runs out and the effect is claimed again.
      log.error({ effect: effect.id, error: describe(error) }, "an effect's end could not be written");
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
