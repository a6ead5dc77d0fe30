/** Drives the loop in a process: sleeps until something is due or an event arrives, and drains on stop. */
import type { Loop } from "./loop.ts";
import { RENEW_EVERY_MS } from "./outbox/under-way.ts";
import type { Log } from "./outside.ts";
import { describe } from "./step.ts";
import { StoreOutdated, StoreUnavailable } from "./store-port.ts";

const LONGEST_SLEEP_MS = 5_000;
/** How long a stop waits for the effects under way. Supervisors send SIGKILL after 30 s. */
const STOPPING_MS = 20_000;

const OUTDATED =
  "a newer version of Headgate uses this database; this process gives back its work and stops. Start the newer version in its place";

export interface Driver {
  /** Ends the driver's sleep, because an event reached an inbox. */
  wake(): void;
  /** True while an effect runs or is being claimed. Effects behind it are due only after it has ended. */
  busy(): boolean;
  /** Ends the effects that run, decides their outcomes, and starts nothing new. Gives back what takes longer. */
  stop(): Promise<void>;
}

/** `outdated` is called when a newer version has taken over the store. The driver then stops by itself. */
export function drive(loop: Loop, log: Log, outdated: () => void = () => {}): Driver {
  const running = new Set<Promise<void>>();
  let stopping = false;
  let turning = false;
  let woken = false;
  /** True from the first call that the store did not answer to the first that it answers. */
  let away = false;
  let interrupt: (() => void) | null = null;

  function wake(): void {
    woken = true;
    interrupt?.();
  }

  async function sleep(): Promise<void> {
    if (woken || stopping) return;
    const due = away ? null : await loop.nextDue();
    const delay = due === null ? LONGEST_SLEEP_MS : Math.min(Math.max(due, 1), LONGEST_SLEEP_MS);
    if (woken || stopping) return;
    await pause(delay);
  }

  /** Waits, but not past a call of `wake`. */
  async function pause(delay: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, delay);
      interrupt = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    interrupt = null;
  }

  async function turn(): Promise<void> {
    woken = false;
    while ((await loop.stepInbox()) > 0);
    for (const effect of await loop.claim()) {
      running.add(effect);
      void effect.then(() => {
        running.delete(effect);
        wake();
      });
    }
    if (away) {
      log.info({}, "the database answers again; Headgate goes on");
      loop.missed();
    }
    away = false;
  }

  /** Says once that the store is away, or that a newer version has it, and not with every try. */
  function failed(error: unknown): void {
    if (error instanceof StoreOutdated) {
      if (!stopping) log.error({}, OUTDATED);
      stopping = true;
      outdated();
      return;
    }
    if (!(error instanceof StoreUnavailable)) log.error({ error: describe(error) }, "loop iteration failed; retrying");
    else if (!away) log.error({ error: describe(error) }, "the database cannot be used; Headgate tries until it can");
    away = error instanceof StoreUnavailable;
  }

  async function run(): Promise<void> {
    void loop.tick().then(wake);
    while (!stopping) {
      try {
        turning = true;
        await turn();
        void loop.tick();
        turning = false;
        await sleep();
      } catch (error) {
        failed(error);
        turning = false;
        // An event that arrives meanwhile cannot be decided either.
        if (!stopping) await pause(LONGEST_SLEEP_MS);
      }
    }
    const all = Promise.all(running).then(() => true);
    const late = new Promise<false>((resolve) => setTimeout(() => resolve(false), STOPPING_MS).unref());
    try {
      if (!(await Promise.race([all, late]))) await loop.putBack();
      while ((await loop.stepInbox()) > 0);
    } catch (error) {
      // The next process does both. A stop that failed would leave the rest of this one open.
      failed(error);
    }
  }

  // A beat that fails is made up for by the next: a lease outlasts three of them.
  const beating = setInterval(() => void loop.beat().catch(() => {}), RENEW_EVERY_MS);
  const ended = run().finally(() => clearInterval(beating));
  return {
    wake,
    busy: () => turning || running.size > 0,
    async stop() {
      stopping = true;
      wake();
      await ended;
    },
  };
}
