/** Wraps the store for one life of a process. Between calls the process can die, and its writes can collide. */
import { isDeepStrictEqual } from "node:util";
import type * as port from "../../../src/loop/store-port.ts";
import type { CoreJudge } from "../invariants/core.ts";
import type { LeaseJudge } from "../invariants/leases.ts";
import type { Injector } from "./injector.ts";
import type { Life } from "./life.ts";
import { never } from "./life.ts";
import type { Mirror } from "./mirror.ts";

/** The error message of a write that collided with another. */
export const CONFLICT = "could not serialize access";

export interface StoreWatch {
  core: CoreJudge;
  leases: LeaseJudge;
  stepped(aggregate: string, loaded: port.Loaded, write: port.StepWrite): void;
  claimed(claimed: port.ClaimedEffect): void;
  completed(claimed: port.ClaimedEffect, events: readonly port.InboxEvent[], done: boolean): void;
  /** Called when the same events, decided twice, gave different decisions. */
  undecided(aggregate: string): void;
}

export interface GuardOptions {
  inner: port.Store;
  life: Life;
  injector: Injector;
  mirror: Mirror;
  watch: StoreWatch;
  /** Called when a process has work: an event reached an inbox, or an effect ended. */
  stir(): void;
  now(): number;
}

/** The effects that a dead process still holds after a crash. */
export type Held = Map<string, { effect: port.ClaimedEffect; at: number; fault: ReturnType<Injector["effect"]> }>;

export function guardedStore(options: GuardOptions): { store: port.Store; held: Held } {
  const { inner, life, injector, mirror, watch, stir, now } = options;
  const held: Held = new Map();
  let conflictAgain = false;
  const living = <T>(call: () => Promise<T>): Promise<T> => {
    watch.core.asked("the store");
    return life.alive ? call() : never();
  };
  const dies = <T>(why: string): Promise<T> => {
    life.crash(why);
    return never();
  };
  const nameOf = (claimed: port.ClaimedEffect) => `${claimed.id} ${claimed.lease}`;

  async function step(aggregate: string, limit: number, decide: (loaded: port.Loaded) => port.StepWrite) {
    let seen: { loaded: port.Loaded; write: port.StepWrite } | null = null;
    let fault: string | null = null;
    const count = await inner
      .step(aggregate, limit, (loaded) => {
        fault = conflictAgain ? "conflict" : (injector.nth("step")?.fault ?? null);
        conflictAgain = fault === "conflict-twice";
        if (fault === "crash-before") throw new Error("the process died");
        const write = watch.core.deciding(aggregate, () => decide(loaded));
        if (
          fault === "decided-twice" &&
          !isDeepStrictEqual(
            write,
            watch.core.deciding(aggregate, () => decide(structuredClone(loaded))),
          )
        ) {
          watch.undecided(aggregate);
        }
        if (fault === "conflict" || fault === "conflict-twice") throw new Error(CONFLICT);
        seen = { loaded, write };
        return write;
      })
      .catch((error: unknown) => {
        if (fault !== "crash-before") throw error;
        return dies<number>("before a step was written");
      });
    // The callback assigns it, which the compiler does not see.
    const done = seen as { loaded: port.Loaded; write: port.StepWrite } | null;
    if (done !== null) {
      mirror.stepped(aggregate, done.write);
      watch.stepped(aggregate, done.loaded, done.write);
    }
    return fault === "crash-after" ? dies<number>("after a step was written") : count;
  }

  async function claim(...given: Parameters<port.Store["claim"]>) {
    const claimed = await inner.claim(...given);
    let crash: string | null = null;
    for (const effect of claimed) {
      const { type } = effect.effect as { type: string };
      const fault = injector.effect(type);
      held.set(nameOf(effect), { effect, at: now(), fault });
      mirror.claimed(effect);
      watch.leases.claimed(effect, life);
      watch.claimed(effect);
      if (fault === "crash-before") crash = type;
    }
    return crash === null ? claimed : dies<port.ClaimedEffect[]>(`before ${crash}`);
  }

  async function end(
    claimed: port.ClaimedEffect,
    write: () => Promise<boolean>,
    written: (at: number, done: boolean) => void,
  ): Promise<boolean> {
    const mine = held.get(nameOf(claimed));
    const { type } = claimed.effect as { type: string };
    if (mine?.fault === "crash-in") return dies(`with ${type} done and not recorded`);
    watch.leases.ending(claimed);
    // A real takeover of a dispatch comes minutes later, when lists contain the run. Here it would come at once and
    // dispatch twice.
    if (mine?.fault === "lease-lost" && type !== "attempt.dispatch") await inner.renew([claimed], 0);
    const done = await write();
    stir();
    held.delete(nameOf(claimed));
    watch.leases.ended(claimed, done);
    written(mine?.at ?? now(), done);
    return mine?.fault === "crash-after" ? dies(`after ${type} was recorded`) : done;
  }

  const giveBack = (claimed: port.ClaimedEffect, write: () => Promise<boolean>) =>
    end(claimed, write, (_, done) => {
      if (done) mirror.released(claimed);
    });

  const store: port.Store = {
    migrate: () => living(() => inner.migrate()),
    close: () => living(() => inner.close()),
    recordDelivery: (delivery) => living(() => inner.recordDelivery(delivery)),
    receive: (events, topics) => {
      stir();
      return living(() => inner.receive(events, topics));
    },
    waiting: (...given) => living(() => inner.waiting(...given)),
    step: (aggregate, limit, decide) => living(() => step(aggregate, limit, decide)),
    quarantine: (aggregate, id, defect, effects) => {
      watch.core.quarantined(aggregate, defect);
      return living(() => inner.quarantine(aggregate, id, defect, effects));
    },
    named: (after, limit) => living(() => inner.named(after, limit)),
    rename: (moves, rewrite) => living(() => inner.rename(moves, rewrite)),
    listen: () => {},
    time: () => living(() => inner.time()),
    claim: (...given) => living(() => claim(...given)),
    complete: (claimed, events, unended) =>
      living(() =>
        end(
          claimed,
          () => inner.complete(claimed, events, unended),
          (claimedAt, done) => {
            if (done) mirror.completed(claimed, events, claimedAt);
            watch.completed(claimed, events, done);
          },
        ),
      ),
    release: (claimed, ...given) => living(() => giveBack(claimed, () => inner.release(claimed, ...given))),
    putBack: (claimed, afterMs) => living(() => giveBack(claimed, () => inner.putBack(claimed, afterMs))),
    renew: (...given) => living(() => inner.renew(...given)),
    nextDue: (which) => living(() => inner.nextDue(which)),
    snapshot: (aggregate) => living(() => inner.snapshot(aggregate)),
    live: (...given) => living(() => inner.live(...given)),
    aggregates: (prefix) => living(() => inner.aggregates(prefix)),
    history: (aggregate, after, limit) => living(() => inner.history(aggregate, after, limit)),
    routed: (topic) => living(() => inner.routed(topic)),
    prunable: (...given) => living(() => inner.prunable(...given)),
    prune: (...given) => living(() => inner.prune(...given)),
    summaries: (aggregate) => living(() => inner.summaries(aggregate)),
    forgetDeliveries: (...given) => living(() => inner.forgetDeliveries(...given)),
  };
  return { store, held };
}
