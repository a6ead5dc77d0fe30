/** Checks that the core neither waits nor fails for outside reasons: a decision makes no request and throws nothing. */
import { CONFLICT } from "../process/guarded-store.ts";
import type { Court } from "./court.ts";

const PROMISE = "the core never waits and never fails for outside reasons";

/** Log lines that reveal a bug in Headgate under any fault. */
const DEFECTS = [
  "an event could not be decided",
  "an effect threw",
  "a stored effect does not parse",
  "an aggregate cannot be stepped; it is left alone for a minute",
];

export class CoreJudge {
  readonly #court: Court;
  /**
   * The aggregate that is being decided. Everything runs on one thread, so any request meanwhile comes from the
   * decision.
   */
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

  /** Records a request to the outside, the store or the clock. */
  asked(what: string): void {
    this.#court.demand(this.#deciding === null, PROMISE, () => `${this.#deciding} asked ${what} while it decided`);
  }

  /** Records an error that the loop logged. */
  logged(fields: Record<string, unknown>, message: string): void {
    const ours = !String(fields.error).includes(CONFLICT);
    if (ours && DEFECTS.includes(message)) this.#court.accuse("the core never throws", JSON.stringify(fields));
  }

  quarantined(aggregate: string, defect: string): void {
    this.#court.accuse(PROMISE, `${aggregate}: an event was taken out: ${defect}`);
  }
}
