/**
 * States that this process wrote itself and still has, so that the next step need not read and parse them again. A state is the
 * aggregate's at one `seq`: when anybody wrote since, the numbers differ and what is remembered is of no use.
 */
import type { State } from "../core/decide.ts";
import type { Outside } from "./outside.ts";

/** Far more than are under way at a time; a state has some kilobytes. */
const MOST = 200;

/** What steps and effects work with: the outside, and what this process remembers of itself. */
export interface Inside extends Outside {
  remembered: Remembered;
}

export class Remembered {
  readonly #states = new Map<string, { seq: number; state: State }>();

  /** undefined: not known. */
  at(aggregate: string, seq: number): State | undefined {
    const known = this.#states.get(aggregate);
    return known?.seq === seq ? known.state : undefined;
  }

  /** What a step wrote, once it is written. The one that was not stepped for longest is forgotten. */
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
