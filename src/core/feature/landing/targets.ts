/**
 * Where a feature's tasks land, and where that branch stands. Each on the base, or together: on an integration branch first,
 * through a lane of its own, and then as one pull from there to the base. That pull is the work of a task like any other,
 * `land`, which depends on all.
 */
import { taskBranch } from "../../attempt.ts";
import type { FeatureEvent } from "../../event.ts";
import { LAND, type PlannedTask } from "../../plan.ts";
import type { Draft, Reaction } from "../draft.ts";
import type { FeatureState, Target, Task } from "../state.ts";
import { isOver } from "../state.ts";

export function landsTogether(state: FeatureState): boolean {
  return state.plan?.land === "together";
}

/** The task that brings everything to the base. */
export function isWhole(task: Task): boolean {
  return task.plan.id === LAND;
}

/** The branch that a task's pull merges into. null: not known, or not made yet. */
export function targetOf(state: FeatureState, task: Task): Target | null {
  return landsTogether(state) && !isWhole(task) ? state.land : state.base;
}

/** Its tip has been read since the last thing that may have moved it. */
export function isFresh(target: Target): boolean {
  return target.observed === target.asked;
}

/**
 * Merges are told in another order than they happened, and their times are whole seconds: only a fresh look says what a branch
 * holds. Until it is answered nothing starts from there.
 */
export function observeTarget(draft: Draft, target: Target | null): void {
  if (target === null) return;
  target.asked += 1;
  draft.effects.push({ type: "branch.observe", repo: draft.state.repo, branch: target.branch, seq: target.asked });
}

export function targetObserved({ state }: Draft, event: Extract<FeatureEvent, { type: "branch.observed" }>): Reaction {
  const target = [state.base, state.land].find((one) => one?.branch === event.branch);
  if (isOver(state) || target === null || target === undefined) return "superseded";
  if (event.seq !== target.asked) return "stale-observation";
  if (event.sha === null) {
    state.parked = { kind: "branch-gone", branch: event.branch, sha: target.sha };
    return null;
  }
  target.sha = event.sha;
  target.observed = event.seq;
  return null;
}

/** A person said something that leads on from whatever parked it. */
export function unpark(draft: Draft): void {
  if (draft.state.parked === null) return;
  draft.state.parked = null;
  refreshTargets(draft);
}

/** What could not be looked at, or made, is tried again. */
export function refreshTargets(draft: Draft): void {
  const { state } = draft;
  if (landsTogether(state) && state.stage !== "proposed") makeLandBranch(draft);
  for (const target of [state.base, state.land]) if (target !== null && !isFresh(target)) observeTarget(draft, target);
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
    acceptance: [],
    checks: [],
  };
}

/** Until it is made no task can start. */
export function makeLandBranch(draft: Draft): void {
  const { state } = draft;
  if (state.base === null || state.land !== null) return;
  state.round += 1;
  draft.effects.push({
    type: "branch.create",
    repo: state.repo,
    branch: taskBranch(state.issue.number, LAND),
    at: state.base.sha,
    round: state.round,
  });
}
