/** Lets the App plan beside the check of the base, and start agents and merge only once that allows it. */
import { Unavailable } from "../../loop/github-port.ts";
import type { Planner } from "../../loop/planner-port.ts";
import type { BaseCheck } from "./base-check.ts";

/**
 * Holds a plan back until agents may start. Questions and failures are answered at once. The feature read the required checks at its
 * label, so the plan brings the names of those that judged nothing on the base: a pull would wait for them for ever.
 */
export function afterBaseCheck(planner: Planner, base: Pick<BaseCheck, "agentsMayStart">): Planner {
  return {
    async plan(request) {
      const answer = await planner.plan(request);
      if (!("plan" in answer)) return answer;
      const unrequired = await allowed(base.agentsMayStart());
      return unrequired.length === 0 ? answer : { ...answer, unrequired };
    },
  };
}

export function whenGood(base: Pick<BaseCheck, "mergesMayStart">): Promise<void> {
  return allowed(base.mergesMayStart());
}

/** The run is ending. Its App tries again when the run is continued. */
async function allowed<Value>(waited: Promise<Value>): Promise<Value> {
  try {
    return await waited;
  } catch (error) {
    throw new Unavailable((error as Error).message);
  }
}
