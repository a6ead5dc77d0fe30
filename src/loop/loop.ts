/**
 * Offers the loop in single steps: inboxes, the outbox, the sweep. It never waits; `driver.ts` does in a process. Tests and the
 * simulation call the same steps themselves.
 */
import { type Inside, Remembered } from "./memory/states.ts";
import { type End, giveBack, runClaimed, writeEnd } from "./outbox/run.ts";
import { PLACES, type Places, UnderWay } from "./outbox/under-way.ts";
import type { Outside } from "./outside.ts";
import { withoutSecrets } from "./redacted.ts";
import { retain } from "./retention.ts";
import { describe, stepAggregate } from "./step.ts";
import { type ClaimedEffect, StoreOutdated, StoreUnavailable } from "./store-port.ts";
import { createSweep } from "./sweep.ts";

const AGGREGATES = 50;
/** From so many claims without an end on, an effect runs only while no other such one does. One of them ends processes. */
const SUSPECT = 2;
const SUSPECT_WAITS_MS = 5_000;

export interface Loop {
  /** Decides what waits in inboxes. Returns how many events were decided. */
  stepInbox(): Promise<number>;
  /** Claims effects that are due, as many as have a place. Each promise ends with its effect and never rejects. */
  claim(): Promise<Promise<void>[]>;
  /** Claims effects and runs them to their ends. Returns how many. */
  stepOutbox(): Promise<number>;
  /** Sweeps when a sweep is due: finds what webhooks did not report. Deletes what is old. */
  tick(): Promise<void>;
  /** Webhooks were lost, because the store was away: a sweep follows soon. */
  missed(): void;
  /** Renews the leases of the effects under way, and reads the store's clock. Called every `RENEW_EVERY_MS`. */
  beat(): Promise<void>;
  /** Gives back the effects that still run, before the process ends. */
  putBack(): Promise<void>;
  /** Returns in how many milliseconds the outbox next has something to do; null: never, or not before an effect ends. */
  nextDue(): Promise<number | null>;
}

/** `decided` is called with every aggregate that was stepped. */
export function createLoop(
  outside: Outside,
  decided: (aggregate: string) => void = () => {},
  places: Places = PLACES,
): Loop {
  const { store, log } = outside;
  const github = withoutSecrets(outside.github, outside.scanner);
  const inside: Inside = { ...outside, github, remembered: new Remembered() };
  const sweep = createSweep(outside);
  const underWay = new UnderWay(store, places);
  /** The last run of each ordering key here, until it ends. false: its lease ran out meanwhile. */
  const lastRuns = new Map<string, Promise<boolean>>();
  let suspect: ClaimedEffect | null = null;
  /** Continues what waits for the store to answer. */
  const waiting: (() => void)[] = [];
  /** Until when this process leaves an aggregate alone whose snapshot it cannot read. Otherwise it would log that in a loop. */
  const unreadable = new Map<string, number>();
  const deleteOld = outside.retention === undefined ? async () => {} : retain(outside, outside.retention);

  let resumes = true;

  /** Takes up once what an event stopped in an earlier process: a newer version may decide what follows it. */
  async function stopped(): Promise<string[]> {
    if (!resumes) return [];
    const aggregates = await store.waiting(AGGREGATES, "stopped");
    resumes = false;
    return aggregates;
  }

  async function stepInbox(): Promise<number> {
    let count = 0;
    const going = shuffled(await store.waiting(AGGREGATES), outside.random);
    for (const aggregate of [...(await stopped()), ...going]) {
      if ((unreadable.get(aggregate) ?? 0) > outside.now()) continue;
      try {
        count += await stepAggregate(inside, aggregate);
        decided(aggregate);
      } catch (error) {
        if (error instanceof StoreUnavailable || error instanceof StoreOutdated) throw error;
        log.error(
          { aggregate, error: describe(error) },
          "an aggregate cannot be stepped; it is left alone for a minute",
        );
        unreadable.set(aggregate, outside.now() + 60_000);
      }
    }
    return count;
  }

  async function claim(): Promise<Promise<void>[]> {
    for (const again of waiting.splice(0)) again();
    const claimed = await underWay.claim(outside.now());
    // Where the clocks differ, timers that were set for later would be due at once, again and again until the next beat.
    for (const { claimedAt } of claimed.slice(-1)) outside.follow(claimedAt);
    return claimed.map((effect) => {
      // A lease that ended early leaves its effect running here. The second run waits, or two would run at once.
      const before = lastRuns.get(effect.ordering);
      const run =
        before === undefined
          ? carryOut(effect, chosen(effect))
          : before.then((ended) => carryOut(effect, ended ? chosen(effect) : giveBack));
      lastRuns.set(effect.ordering, run);
      return run.then(() => {
        underWay.ended(effect);
        if (suspect === effect) suspect = null;
        if (lastRuns.get(effect.ordering) === run) lastRuns.delete(effect.ordering);
      });
    });
  }

  /** Lets an effect wait that may end this process while another such one runs. Otherwise nothing shows which of them it was. */
  function chosen(effect: ClaimedEffect): (inside: Inside, claimed: ClaimedEffect) => Promise<End> {
    if (effect.unended < SUSPECT) return runClaimed;
    if (suspect !== null) return async () => ({ end: "put-back", afterMs: SUSPECT_WAITS_MS });
    suspect = effect;
    return runClaimed;
  }

  async function carryOut(effect: ClaimedEffect, act: ReturnType<typeof chosen>): Promise<boolean> {
    let end = await act(inside, effect);
    for (;;) {
      try {
        return await writeEnd(store, effect, end);
      } catch (error) {
        if (error instanceof StoreUnavailable) {
          // What the effect came to is kept until the store answers. Forgotten, it would have to be found out or done again.
          await new Promise<void>((resolve) => waiting.push(resolve));
          continue;
        }
        log.error({ effect: effect.id, error: describe(error) }, "an effect's end could not be written");
        // The lease runs out and the effect is claimed again.
        if (end.end !== "done") return false;
        end = { end: "retry", afterMs: 500, error: describe(error) };
      }
    }
  }

  return {
    stepInbox,
    claim,
    async stepOutbox() {
      const running = await claim();
      await Promise.all(running);
      return running.length;
    },
    async tick() {
      await sweep.tick();
      await deleteOld();
    },
    async beat() {
      for (const lost of await underWay.renew(outside.now())) {
        log.warn({ effect: lost.id }, "an effect's lease was lost while it ran; another process may run it too");
      }
      outside.follow(await store.time());
    },
    async putBack() {
      for (const { id } of await underWay.putBack()) log.info({ effect: id }, "an effect under way is given back");
    },
    missed: () => sweep.missed(),
    nextDue: () => underWay.nextDue(),
  };
}

/** Returns the list in another order for each process. In the same order all would try the same aggregates at the same time. */
function shuffled<T>(list: readonly T[], random: () => number): T[] {
  return list
    .map((value) => ({ value, place: random() }))
    .sort((left, right) => left.place - right.place)
    .map(({ value }) => value);
}
