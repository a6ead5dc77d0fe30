/** Lets the App plan beside the check of the base, and start agents and merge only once that allows it. */
import { Unavailable } from "../../loop/github-port.ts";
import type { Planner } from "../../loop/planner-port.ts";
import type { BaseCheck } from "./base-check.ts";

/** Holds a plan back until agents may start. Questions and failures are answered at once. */
export function afterBaseCheck(planner: Planner, base: Pick<BaseCheck, "agentsMayStart">): Planner {
  return {
    async plan(request) {
      const answer = await planner.plan(request);
      if ("plan" in answer) await allowed(base.agentsMayStart());
      return answer;
    },
  };
}

export function whenGood(base: Pick<BaseCheck, "mergesMayStart">): Promise<void> {
  return allowed(base.mergesMayStart());
}

/** The run is ending. Its App tries again when the run is continued. */
async function allowed(waited: Promise<void>): Promise<void> {
  try {
    await waited;
  } catch (error) {
    throw new Unavailable((error as Error).message);
  }
}
