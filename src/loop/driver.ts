/** Drives the loop in a process: sleeps until something is due or an event arrives, and drains on stop. */
import type { Loop } from "./loop.ts";
import type { Log } from "./outside.ts";
import { describe } from "./step.ts";

/** Effects that run at the same time. GitHub allows 100 concurrent requests. */
const EFFECTS = 8;
const LONGEST_SLEEP_MS = 5_000;

export interface Driver {
  /** Ends the driver's sleep, because an event reached an inbox. */
  wake(): void;
  /** True while an effect runs or is being claimed. Effects behind it are due only after it has ended. */
  busy(): boolean;
  /** Ends the effects that run, decides their outcomes, and starts nothing new. */
  stop(): Promise<void>;
}

export function drive(loop: Loop, clock: { now(): number }, log: Log): Driver {
  const running = new Set<Promise<void>>();
  let stopping = false;
  let turning = false;
  let woken = false;
  let interrupt: (() => void) | null = null;

  function wake(): void {
    woken = true;
    interrupt?.();
  }

  async function sleep(): Promise<void> {
    if (woken || stopping) return;
    const due = running.size < EFFECTS ? await loop.nextDue() : null;
    const delay = due === null ? LONGEST_SLEEP_MS : Math.min(Math.max(due - clock.now(), 1), LONGEST_SLEEP_MS);
    if (woken || stopping) return;
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
    if (running.size >= EFFECTS) return;
    for (const effect of await loop.claim(EFFECTS - running.size)) {
      running.add(effect);
      void effect.then(() => {
        running.delete(effect);
        wake();
      });
    }
  }

  async function run(): Promise<void> {
    void loop.tick().then(wake);
    while (!stopping) {
      try {
        turning = true;
        await turn();
        void loop.tick();
      } catch (error) {
        log.error({ error: describe(error) }, "loop iteration failed; retrying");
      }
      turning = false;
      await sleep();
    }
    await Promise.all(running);
    while ((await loop.stepInbox()) > 0);
  }

  const ended = run();
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
