/** The core never waits and never fails for outside reasons: while a step is decided nothing is asked of anybody, and nothing throws. */
import type { Court } from "./court.ts";

const PROMISE = "the core never waits and never fails for outside reasons";

export class CoreJudge {
  readonly #court: Court;
  /** The aggregate whose step is being decided. Everything is one thread: whatever is asked meanwhile, the decision asks. */
  #deciding: string | null = null;

  constructor(court: Court) {
    this.#court = court;
  }

  deciding<T>(aggregate: string, decide: () => T): T {
    this.#deciding = aggregate;
    try {
      const decided = decide();
      this.#court.demand(!(decided instanceof Promise), PROMISE, () => `${aggregate}: a decision is still to come`);
      return decided;
    } catch (error) {
      this.#court.accuse(PROMISE, `${aggregate}: ${String(error)}`);
      throw error;
    } finally {
      this.#deciding = null;
    }
  }

  /** Somebody asked the world outside, the store or the clock. */
  asked(what: string): void {
    this.#court.demand(this.#deciding === null, PROMISE, () => `${this.#deciding} asked ${what} while it decided`);
  }

  quarantined(aggregate: string, defect: string): void {
    this.#court.accuse(PROMISE, `${aggregate}: an event was taken out: ${defect}`);
  }
}
