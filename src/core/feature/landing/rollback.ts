/**
 * Taking back what landed, once a person gives up a feature whose policy says so: one reverting pull per merge, last first,
 * through the same lane and the same gates. Each is the work of a task of its own, for which no agent is asked: a revert that
 * fails its checks or conflicts with what came later waits for a person, and so does one of which nobody knows where it began.
 */
import { taskBranch } from "../../attempt.ts";
import type { PlannedTask } from "../../plan.ts";
import { fanIn } from "../../rules/fan-in.ts";
import type { Draft } from "../draft.ts";
import { failTask } from "../draft.ts";
import type { FeatureState, Task } from "../state.ts";
import { findTask, newTask } from "../state.ts";

/** What giving up now would take back, last merge first; null: the policy takes nothing back. */
export function takesBack(state: FeatureState): string[] | null {
  if (state.plan === null || state.stage !== "executing") return null;
  const verdict = fanIn(state.plan, fanInTasks(state), true);
  return verdict.action === "roll-back" ? verdict.revert : null;
}

export function fanInTasks(state: FeatureState) {
  return state.tasks.map((task) => ({
    id: task.plan.id,
    stage: task.stage,
    landed: task.landing?.order ?? null,
  }));
}

/** One more merge to take back, after those that are being taken back already. */
export function addUndo(draft: Draft, id: string): void {
  const { state } = draft;
  const landing = findTask(state, id)?.landing;
  if (landing === undefined || landing === null) return;
  const earlier = state.tasks.filter((task) => task.undoes !== null);
  const plan: PlannedTask = {
    id: freeId(state, earlier.length + 1),
    title: `Take back ${id}`,
    description: `The feature was given up. This reverts ${landing.mergeSha}, which landed the task ${id}.`,
    dependsOn: earlier.slice(-1).map((task) => task.plan.id),
    files: [],
    size: "S",
    role: "build",
    acceptance: [],
    checks: [],
  };
  const undoes = { task: id, merge: landing.mergeSha, base: landing.base };
  state.tasks.push({ ...newTask(state.issue.number, plan), undoes });
}

/** Plans that were stored by earlier versions may use such a name. */
function freeId(state: FeatureState, from: number): string {
  let number = from;
  while (findTask(state, `undo-${number}`) !== undefined) number += 1;
  return `undo-${number}`;
}

export function writeRevert(draft: Draft, task: Task): void {
  const { state } = draft;
  if (task.undoes === null) return;
  const { merge, base } = task.undoes;
  if (base === null) {
    const cause = { kind: "revert-unsure" as const, merge, task: task.undoes.task };
    failTask(draft, task, { class: "policy-blocked", cause, details: [] }, "promotion");
    return;
  }
  state.round += 1;
  draft.effects.push({
    type: "revert.write",
    repo: state.repo,
    task: task.plan.id,
    round: state.round,
    id: `${state.issue.number}/${task.plan.id}/0`,
    branch: taskBranch(state.issue.number, task.plan.id),
    merge,
    base,
    title: task.plan.title,
    issue: state.issue.number,
  });
}
