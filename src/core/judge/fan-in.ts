/** What a feature does with the work of its tasks when some of them fail: the policy is data, the judgement is here. */
import type { TaskStage } from "../feature/state.ts";
import type { Land, OnFailure } from "../plan.ts";

export interface FanInTask {
  id: string;
  stage: TaskStage;
  /** It has landed where this feature lands its tasks. */
  landed: boolean;
}

export type FanIn =
  /** Each pull merges when it passes. */
  | { action: "go-on" }
  /** Siblings stop before merging until the failed ones are dealt with. */
  | { action: "stop-merging"; because: string[] }
  /** Take back what has landed, last first. Empty: nothing has to be taken back. */
  | { action: "roll-back"; because: string[]; revert: string[] };

/**
 * `keep`: what landed stays and dependents stay blocked. `hold`: nothing more merges. `rollback`: once a person gives up (the
 * feature is `abandoned`), what landed on the base is reverted; while tasks are only parked, merging stops, since a person
 * may still mend them.
 */
export function fanIn(
  policy: { land: Land; onFailure: OnFailure },
  tasks: readonly FanInTask[],
  abandoned: boolean,
): FanIn {
  const failed = tasks.filter((task) => task.stage === "parked").map((task) => task.id);
  if (abandoned) {
    // Landed together, nothing of it has reached the base.
    const onBase = policy.land === "each" && policy.onFailure === "rollback";
    const revert = onBase
      ? tasks
          .filter((task) => task.landed)
          .map((task) => task.id)
          .reverse()
      : [];
    return { action: "roll-back", because: failed, revert };
  }
  if (failed.length === 0 || policy.onFailure === "keep") return { action: "go-on" };
  return { action: "stop-merging", because: failed };
}
