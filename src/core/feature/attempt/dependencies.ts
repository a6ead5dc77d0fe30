/** Finds what a task waits for among the tasks of its feature. */
import { openDependencies } from "../../rules/fan-in.ts";
import type { FeatureState } from "../state.ts";
import { type Task, wasLeftOut } from "../task.ts";

/** Returns the tasks that must be done before this one starts, also through tasks that were left out. */
export function waitsFor(state: FeatureState, task: Task): string[] {
  const tasks = state.tasks.map((one) => ({
    id: one.plan.id,
    dependsOn: one.plan.dependsOn,
    stage: one.stage,
    leftOut: wasLeftOut(one),
  }));
  return openDependencies(tasks, task.plan.dependsOn);
}
