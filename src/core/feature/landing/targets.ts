/**
 * Knows the branches that a feature's tasks land on, and their tips. Each task lands on the base, or all land together: on an
 * integration branch first, through a lane of its own, and then as one pull to the base. A task `land`, which depends on all
 * others, opens that pull.
 */
import { taskBranch } from "../../attempt.ts";
import { type JudgedTask, LAND, type PlannedTask } from "../../plan.ts";
import { type Draft, type EventOf, nextRound, type Reaction } from "../draft.ts";
import type { FeatureState, Target } from "../state.ts";
import { isOver, isUnderWay } from "../state.ts";
import { landingOf, type Task } from "../task.ts";

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

/** True where its tip has been read since the last thing that may have moved it. */
export function isFreshTarget(target: Target): boolean {
  return target.observed === target.asked;
}

/**
 * Asks for the branch's tip. Lanes report merges in another order than they happened, and GitHub's times are whole seconds:
 * only a fresh observation says what a branch holds. Until it is answered nothing starts from there.
 */
export function observeTarget(draft: Draft, target: Target | null): void {
  if (target === null) return;
  target.asked += 1;
  draft.effects.push({ type: "branch.observe", repo: draft.state.repo, branch: target.branch, seq: target.asked });
}

/** Compares the branch with the last merge on it, after somebody rewrote it. */
export function onBranchRewritten(draft: Draft, branch: string): Reaction {
  const { state, effects } = draft;
  const target = [state.base, state.land].find((one) => one?.branch === branch);
  if (!isUnderWay(state) || target === null || target === undefined) return "not-accepted-here";
  const landings = state.tasks.flatMap((task) => (targetOf(state, task) === target ? (landingOf(task) ?? []) : []));
  const holds = landings.toSorted((left, right) => left.order - right.order).at(-1)?.mergeSha;
  target.asked += 1;
  const what = holds === undefined ? {} : { holds };
  effects.push({ type: "branch.observe", repo: state.repo, branch, seq: target.asked, ...what });
  return null;
}

/** Looks whether a branch that was gone is back. */
export function lookForBranch(draft: Draft): void {
  const { base, land, parked } = draft.state;
  if (parked?.kind !== "branch-gone") return;
  for (const target of [base, land]) if (target?.branch === parked.branch) observeTarget(draft, target);
}

export function onBranchObserved(draft: Draft, event: EventOf<"branch.observed">): Reaction {
  const { state } = draft;
  const target = [state.base, state.land].find((one) => one?.branch === event.branch);
  if (isOver(state) || target === null || target === undefined) return "superseded";
  if (event.seq !== target.asked) return "stale-observation";
  if (event.sha === null) {
    state.parked = { kind: "branch-gone", branch: event.branch, sha: target.sha };
    return null;
  }
  target.sha = event.sha;
  target.observed = event.seq;
  if (event.lost !== undefined) state.parked = { kind: "branch-rewritten", branch: event.branch, lost: event.lost };
  else if (state.parked?.kind === "branch-gone" && state.parked.branch === event.branch) unpark(draft);
  return null;
}

/** Records the integration branch. Deletes it where the feature is over. */
export function onBranchCreated({ state, effects }: Draft, event: EventOf<"branch.created">): Reaction {
  if (isOver(state)) effects.push({ type: "branch.delete", repo: state.repo, branch: event.branch });
  if (state.land !== null || state.plan === null || isOver(state)) return "superseded";
  state.land = { branch: event.branch, sha: event.sha, asked: 0, observed: 0 };
  return null;
}

/** Ends the parking of a feature after a person acted, and repeats what could not be observed or made. */
export function unpark(draft: Draft): void {
  if (draft.state.parked === null) return;
  draft.state.parked = null;
  refreshTargets(draft);
}

/** Asks again for tips and branches that could not be observed or made. */
export function refreshTargets(draft: Draft): void {
  const { state } = draft;
  if (landsTogether(state) && state.stage !== "proposed") makeLandBranch(draft);
  for (const target of [state.base, state.land])
    if (target !== null && !isFreshTarget(target)) observeTarget(draft, target);
}

/** The last task of a plan that lands together. */
export function wholeOf(issueTitle: string, tasks: readonly PlannedTask[]): JudgedTask {
  return {
    id: LAND,
    title: { kind: "whole-feature", issueTitle },
    description: { kind: "whole-feature", tasks: tasks.map((task) => ({ id: task.id, title: task.title })) },
    dependsOn: tasks.map((task) => task.id),
    files: [],
    size: "S",
    role: "build",
    acceptance: [],
    checks: [],
  };
}

/** Asks for the integration branch. No task starts before it exists. */
export function makeLandBranch({ state, effects }: Draft): void {
  if (state.base === null || state.land !== null) return;
  effects.push({
    type: "branch.create",
    repo: state.repo,
    branch: taskBranch(state.issue.number, LAND, state.life.number),
    at: state.base.sha,
    round: nextRound(state),
  });
}
