/** Decides what a feature does with its tasks' work when some of them fail, by the plan's fan-in policy. */
import type { TaskStage } from "../feature/stages.ts";
import type { Land, OnFailure } from "../plan.ts";

export interface FanInTask {
  id: string;
  stage: TaskStage;
  /** Its place among the merges into the base; null: it has not landed there. */
  landed: number | null;
}

export type FanIn =
  /** Each pull merges when it passes. */
  | { action: "go-on" }
  /** Siblings stop before merging until the failed ones are dealt with. */
  | { action: "stop-merging"; because: string[] }
  /** Stops further merges. Landed changes stay. */
  | { action: "give-up" }
  /** Reverts what has landed, in this order: last first. */
  | { action: "roll-back"; revert: string[] };

export interface LinkedTask {
  id: string;
  dependsOn: readonly string[];
  stage: TaskStage;
  /** Nobody did its work. */
  leftOut: boolean;
}

/**
 * Returns the tasks that must be done before this one starts. Whatever the policy, a task that was left out stands for what it
 * waited for: a person decided that the rest goes on without it.
 */
export function openDependencies(tasks: readonly LinkedTask[], dependsOn: readonly string[]): string[] {
  const open = new Set<string>();
  const seen = new Set<string>();
  const queue = [...dependsOn];
  for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
    if (seen.has(id)) continue;
    seen.add(id);
    const task = tasks.find((one) => one.id === id);
    if (task?.leftOut === true) queue.push(...task.dependsOn);
    else if (task?.stage !== "done") open.add(id);
  }
  return [...open];
}

/**
 * `keep`: what landed stays and dependents stay blocked. `hold`: nothing more merges. `rollback`: once a person gives up (the
 * feature is `abandoned`), what landed on the base is reverted; while tasks are only parked, merging stops, since a person
 * may still fix them. A plan that lands together reaches the base only as a whole.
 */
export function fanIn(
  policy: { land: Land; onFailure: OnFailure },
  tasks: readonly FanInTask[],
  abandoned: boolean,
): FanIn {
  if (abandoned) {
    if (policy.land === "together" || policy.onFailure !== "rollback") return { action: "give-up" };
    const landed = tasks.flatMap(({ id, landed }) => (landed === null ? [] : [{ id, landed }]));
    return {
      action: "roll-back",
      revert: landed.sort((left, right) => right.landed - left.landed).map(({ id }) => id),
    };
  }
  const failed = tasks.filter((task) => task.stage === "parked").map((task) => task.id);
  if (failed.length === 0 || policy.onFailure === "keep") return { action: "go-on" };
  return { action: "stop-merging", because: failed };
}
