import type { Clock } from "../clock.ts";

/** Ends the process that gets it as an answer, as content does that needs too much memory. */
export class Deadly extends Error {
  override readonly name = "Deadly";
}

/** One life of a process, from start to death. The process never finishes work that was open at its death. */
export class Life {
  alive = true;
  /** Until when the process stands still. Answers wait for it. */
  frozenUntil = 0;
  readonly name: string;
  readonly death: Promise<void>;
  readonly #died: () => void;
  readonly #onDeath: (life: Life, why: string) => void;

  constructor(name: string, onDeath: (life: Life, why: string) => void) {
    this.name = name;
    this.#onDeath = onDeath;
    let died = () => {};
    this.death = new Promise((resolve) => {
      died = resolve;
    });
    this.#died = died;
  }

  /** Runs `run` after `delay` milliseconds, or when the process no longer stands still. Never runs it in a dead process. */
  after(clock: Clock, delay: number, run: () => void): void {
    clock.after(delay, () => {
      if (!this.alive) return;
      const left = this.frozenUntil - clock.now;
      if (left > 0) this.after(clock, left, run);
      else run();
    });
  }

  crash(why: string): void {
    if (!this.alive) return;
    this.alive = false;
    this.#died();
    this.#onDeath(this, why);
  }
}

/** Returns a promise that never settles, for the calls of a dead process. */
export function never<T>(): Promise<T> {
  return new Promise(() => {});
}
