/** Chooses the ready tasks that start now: the longest remaining path first, as many as there are slots. */
import { Size } from "../plan.ts";

/** The relative work of the sizes, as a planner means them. */
const weights: Record<Size, number> = { S: 1, M: 2, L: 4 };

/** Weighs the planner's sizes like so many finished tasks, because one odd task proves little. */
const PRIOR_TASKS = 3;

interface Schedulable {
  id: string;
  size: Size;
  dependsOn: readonly string[];
  /** Milliseconds of agents, checks and merge, once it is done. */
  tookMs?: number | null;
}

/**
 * What a task of each size is expected to take, from the plan's sizes and from what its finished tasks took. In
 * milliseconds once something is finished; before that only the proportions mean anything.
 */
export function expected(tasks: readonly Schedulable[]): Record<Size, number> {
  const took: Record<Size, number[]> = { S: [], M: [], L: [] };
  for (const { size, tookMs } of tasks) {
    if (typeof tookMs === "number" && Number.isFinite(tookMs) && tookMs > 0) took[size].push(tookMs);
  }
  // Estimates the time of weight 1. Each size that was seen counts once, however many tasks it had.
  const seen = Size.options.filter((size) => took[size].length > 0);
  const logs = seen.map((size) => Math.log(sum(took[size]) / took[size].length / weights[size]));
  const unit = logs.length === 0 ? 1 : Math.exp(sum(logs) / logs.length);
  const ofSize = (size: Size): number => {
    const same = took[size];
    // Whole numbers, so that paths of the same sizes are equal to the last bit.
    return Math.max(1, Math.round((PRIOR_TASKS * weights[size] * unit + sum(same)) / (PRIOR_TASKS + same.length)));
  };
  return { S: ofSize("S"), M: ofSize("M"), L: ofSize("L") };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/**
 * What the longest chain from each task to the end of the plan is expected to take, the task's own part included. The graph
 * must be acyclic, as a judged plan is.
 */
export function remainingPath(tasks: readonly Schedulable[]): Map<string, number> {
  const takes = expected(tasks);
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
    const length = takes[task.size] + after;
    lengths.set(task.id, length);
    return length;
  };
  for (const task of tasks) lengthOf(task);
  return lengths;
}

/** The ids to start, in order. `ready` and the result keep the plan's order among equals. */
export function schedule(plan: readonly Schedulable[], ready: readonly string[], slots: number): string[] {
  if (ready.length === 0) return [];
  const lengths = remainingPath(plan);
  return [...ready]
    .sort((left, right) => (lengths.get(right) ?? 0) - (lengths.get(left) ?? 0))
    .slice(0, Math.max(0, slots));
}
