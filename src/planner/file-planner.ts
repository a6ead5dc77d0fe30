/** Takes a plan from a file instead of asking a model. */
import type { Planner } from "../loop/planner-port.ts";

/** `read` returns a candidate, which the core judges like any other. */
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
