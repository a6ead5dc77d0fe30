/**
 * Remembers the states that this process wrote, so that the next step does not read and parse them again. A state belongs to one
 * `seq` of its aggregate. Once another process has stepped the aggregate, the numbers differ and the state is not used.
 */
import type { State } from "../../core/decide.ts";
import type { Permission } from "../../core/github.ts";
import type { Outside } from "../outside.ts";

/** States that are kept, of some kilobytes each. */
const MOST = 200;

/** Everything that steps and effects use: the outside, and the memory of this process. */
export interface Inside extends Outside {
  remembered: Remembered;
}

/** A permission that was looked up stands for so long, for so many people. */
const [PERMISSION_MS, PEOPLE] = [60_000, 1_000];

export class Remembered {
  readonly #permissions = new Map<string, { at: number; permission: Permission }>();
  readonly #states = new Map<string, { seq: number; state: State }>();

  /** Returns the state at this `seq`; undefined: not remembered. */
  at(aggregate: string, seq: number): State | undefined {
    const known = this.#states.get(aggregate);
    return known?.seq === seq ? known.state : undefined;
  }

  /** Returns the permission that was looked up within the last minute, or looks it up. */
  async permission(who: string, now: number, ask: () => Promise<Permission>): Promise<Permission> {
    const known = this.#permissions.get(who);
    if (known !== undefined && Math.abs(now - known.at) < PERMISSION_MS) return known.permission;
    const permission = await ask();
    this.#permissions.delete(who);
    this.#permissions.set(who, { at: now, permission });
    const [oldest] = this.#permissions.keys();
    if (this.#permissions.size > PEOPLE && oldest !== undefined) this.#permissions.delete(oldest);
    return permission;
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
