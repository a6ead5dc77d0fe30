/**
 * Remembers the states that this process wrote, so that the next step does not read and parse them again. A state belongs to one
 * `seq` of its aggregate. Once another process has stepped the aggregate, the numbers differ and the state is not used.
 */
import type { State } from "../../core/decide.ts";
import type { Outside } from "../outside.ts";

/** States that are kept, of some kilobytes each. */
const MOST = 200;

/** Everything that steps and effects use: the outside, and the memory of this process. */
export interface Inside extends Outside {
  remembered: Remembered;
}

export class Remembered {
  readonly #states = new Map<string, { seq: number; state: State }>();

  /** Returns the state at this `seq`; undefined: not remembered. */
  at(aggregate: string, seq: number): State | undefined {
    const known = this.#states.get(aggregate);
    return known?.seq === seq ? known.state : undefined;
  }

  /** Remembers what a step has written. Forgets the state that was not stepped for longest. */
  keep(aggregate: string, seq: number, state: State): void {
    this.#states.delete(aggregate);
    this.#states.set(aggregate, { seq, state });
    if (this.#states.size <= MOST) return;
    for (const oldest of this.#states.keys()) {
      this.#states.delete(oldest);
      return;
    }
  }
}
