/**
 * Follows the store's clock. Replicas whose own clocks differ by minutes would otherwise set timers too early or too late for each
 * other. Between two readings it counts on with this process's clock.
 */
export class SharedClock {
  readonly #own: () => number;
  #ahead = 0;

  constructor(own: () => number) {
    this.#own = own;
  }

  /** Returns milliseconds since 1970. */
  now(): number {
    return this.#own() + this.#ahead;
  }

  follow(time: string): void {
    const ahead = Date.parse(time) - this.#own();
    if (Math.abs(ahead - this.#ahead) > JITTER_MS) this.#ahead = ahead;
  }
}

/** Answers of the store come milliseconds late. Followed, each would make time stand still or jump a little. */
const JITTER_MS = 1_000;
