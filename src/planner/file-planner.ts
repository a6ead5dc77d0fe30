/** A plan that somebody wrote: no model is asked. */
import type { Planner } from "../loop/planner-port.ts";

/** `plan` is a candidate like any other: the core judges it. */
export function filePlanner(plan: unknown): Planner {
  return {
    async plan() {
      return { plan, model: null, usage: null };
    },
  };
}
