/** A plan that somebody wrote: no model is asked. */
import type { Planner } from "../loop/planner-port.ts";

/** What `read` gives is a candidate like any other: the core judges it. */
export function filePlanner(read: () => unknown): Planner {
  return {
    async plan() {
      try {
        return { plan: read(), source: "file", model: null, usage: null };
      } catch (error) {
        const cause = { kind: "plan-unusable" as const, text: (error as Error).message };
        return { failure: { class: "policy-blocked", cause, details: [] }, model: null, usage: null };
      }
    },
  };
}
