/** Measures how long tasks took, and a feature against its longest chain of tasks. */
import { endedAt, type FeatureState } from "../feature/state.ts";
import type { Task } from "../feature/task.ts";

/** Milliseconds: agent time of all attempts, as their jobs report it, and the checks and the merge of what they made. */
export function workMs(task: Task): number {
  const attempts = task.attempts.reduce((sum, attempt) => {
    if (attempt.startedAt === null || attempt.endedAt === null) return sum;
    return sum + Math.max(0, attempt.endedAt - attempt.startedAt);
  }, 0);
  return attempts + task.gateMs;
}

/**
 * In seconds. `seconds`: from the label to the end, or to `now`. `criticalPathSeconds`: planning, then measured agent, check and
 * merge time along the longest chain; no schedule could have been faster with the same work.
 */
export function makespan(state: FeatureState, now: number): { seconds: number; criticalPathSeconds: number } {
  const chains = new Map<string, number>();
  const chain = (task: Task): number => {
    const known = chains.get(task.plan.id);
    if (known !== undefined) return known;
    const before = task.plan.dependsOn.map((id) => {
      const dependency = state.tasks.find((other) => other.plan.id === id);
      return dependency === undefined ? 0 : chain(dependency);
    });
    const length = workMs(task) / 1000 + Math.max(0, ...before);
    chains.set(task.plan.id, length);
    return length;
  };
  const planning = state.plan === null ? 0 : (state.plan.plannedAt - state.startedAt) / 1000;
  return {
    seconds: ((endedAt(state) ?? now) - state.startedAt) / 1000,
    criticalPathSeconds: planning + Math.max(0, ...state.tasks.map(chain)),
  };
}
