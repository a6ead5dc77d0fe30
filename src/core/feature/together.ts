/**
 * Where a feature's tasks land. Each on the base, or together: on an integration branch first, through a lane of its own, and
 * then as one pull from there to the base. That pull is the work of a task like any other, `land`, which depends on all.
 */
import { taskBranch } from "../attempt.ts";
import { LAND, type PlannedTask } from "../plan.ts";
import type { Draft } from "./draft.ts";
import type { FeatureState, Task } from "./state.ts";

export function landsTogether(state: FeatureState): boolean {
  return state.plan?.land === "together";
}

/** The task that brings everything to the base. */
export function isWhole(task: Task): boolean {
  return task.plan.id === LAND;
}

/** The branch that a task's pull merges into, and its tip as far as it is known. null: not known, or not made yet. */
export function targetOf(state: FeatureState, task: Task): { branch: string; sha: string } | null {
  return landsTogether(state) && !isWhole(task) ? state.land : state.base;
}

/** The tip of the branch that the task merges into is this commit now. */
export function moveTarget(state: FeatureState, task: Task, sha: string): void {
  const target = targetOf(state, task);
  if (target === null) return;
  if (target === state.land) state.land = { ...target, sha };
  else state.base = { ...target, sha };
}

/** The last task of a plan that lands together. */
export function wholeOf(title: string, tasks: readonly PlannedTask[]): PlannedTask {
  return {
    id: LAND,
    title,
    description: `It brings together: ${tasks.map(({ id, title: what }) => `${id} (${what})`).join(", ")}.`,
    dependsOn: tasks.map((task) => task.id),
    files: [],
    size: "S",
    role: "build",
  };
}

/** Until it is made no task can start. */
export function makeLandBranch(draft: Draft): void {
  const { state } = draft;
  if (state.base === null || state.land !== null) return;
  state.round += 1;
  draft.commands.push({
    type: "branch.create",
    repo: state.repo,
    branch: taskBranch(state.issue.number, LAND),
    at: state.base.sha,
    round: state.round,
  });
}
