/** Which ready tasks start now: those on the longest remaining path first, as many as there are slots. */
import type { Size } from "../plan.ts";

/** Relative weights of the sizes, for comparing paths; not minutes. */
const weights: Record<Size, number> = { S: 1, M: 2, L: 4 };

interface Schedulable {
  id: string;
  size: Size;
  dependsOn: readonly string[];
}

/**
 * Weight of the longest chain from each task to the end of the plan, the task's own included. The graph must be
 * acyclic, as a judged plan is.
 */
export function remainingPath(tasks: readonly Schedulable[]): Map<string, number> {
  const dependents = new Map<string, Schedulable[]>();
  for (const task of tasks) {
    for (const dependency of task.dependsOn) {
      dependents.set(dependency, [...(dependents.get(dependency) ?? []), task]);
    }
  }
  const lengths = new Map<string, number>();
  const lengthOf = (task: Schedulable): number => {
    const known = lengths.get(task.id);
    if (known !== undefined) return known;
    const after = Math.max(0, ...(dependents.get(task.id) ?? []).map(lengthOf));
    const length = weights[task.size] + after;
    lengths.set(task.id, length);
    return length;
  };
  for (const task of tasks) lengthOf(task);
  return lengths;
}

/** The ids to start, in order. `ready` and the result keep the plan's order among equals. */
export function schedule(plan: readonly Schedulable[], ready: readonly string[], slots: number): string[] {
  const lengths = remainingPath(plan);
  return [...ready]
    .sort((left, right) => (lengths.get(right) ?? 0) - (lengths.get(left) ?? 0))
    .slice(0, Math.max(0, slots));
}
