/**
 * Rolls a feature back when a person cancels it and its policy is rollback: one reverting pull per merge, last merge first,
 * through the same lane and gates. Each revert is a task of its own without an agent. It waits for a person when its checks
 * fail, when it conflicts with later changes, and when the commit before the merge is unknown.
 */
import type { JudgedTask } from "../../plan.ts";
import { fanIn } from "../../rules/fan-in.ts";
import { failTask } from "../attempt/failing.ts";
import { type Draft, nextRound, type PlannedDraft } from "../draft.ts";
import type { FeatureState } from "../state.ts";
import { findTask } from "../state.ts";
import { landingOf, newTask, type Task } from "../task.ts";
import { sendToLanes } from "./submitting.ts";

/** Returns the tasks whose merges cancelling now would revert, last merge first; null: the policy reverts nothing. */
export function takesBack(state: FeatureState): string[] | null {
  if (state.stage !== "executing") return null;
  const verdict = fanIn(state.plan, fanInTasks(state), true);
  return verdict.action === "roll-back" ? verdict.revert : null;
}

/** Stops siblings before merging while a task is parked, with `onFailure: hold`, or `rollback` before it is cancelled. */
export function holdSiblings(draft: Draft): void {
  const { state } = draft;
  if (state.stage !== "executing") return;
  const stops = fanIn(state.plan, fanInTasks(state), false).action === "stop-merging";
  if (stops === state.mergingStopped) return;
  state.mergingStopped = stops;
  if (state.hold !== null || state.closed !== null) return;
  const key = `${stops ? "stop" : "go"}:${state.key}:${nextRound(state)}`;
  sendToLanes(draft, { type: "entries.held", feature: state.key, held: stops, lifts: false }, key);
}

function fanInTasks(state: FeatureState) {
  return state.tasks.map((task) => ({
    id: task.plan.id,
    stage: task.stage,
    landed: landingOf(task)?.order ?? null,
  }));
}

/** Adds a task that reverts one more merge, after the reverts that exist already. */
export function addUndo({ state }: PlannedDraft, id: string): void {
  const task = findTask(state, id);
  const landing = task === undefined ? null : landingOf(task);
  if (landing === null) return;
  const earlier = state.tasks.filter((one) => one.undoes !== null);
  const plan: JudgedTask = {
    id: freeId(state, earlier.length + 1),
    title: { kind: "undo", task: id },
    description: { kind: "undo", task: id, merge: landing.mergeSha },
    dependsOn: earlier.slice(-1).map((one) => one.plan.id),
    files: [],
    size: "S",
    role: "build",
    acceptance: [],
    checks: [],
  };
  const { mergeSha: merge, base } = landing;
  state.tasks.push(newTask(state, plan, { task: id, merge, base }));
}

/** Finds an unused id: plans that earlier versions stored may use such names. */
function freeId(state: FeatureState, from: number): string {
  let number = from;
  while (findTask(state, `undo-${number}`) !== undefined) number += 1;
  return `undo-${number}`;
}

export function writeRevert(draft: PlannedDraft, task: Task): void {
  const { state } = draft;
  if (task.undoes === null || task.stage !== "promoting") return;
  const { merge, base } = task.undoes;
  if (base === null) {
    const cause = { kind: "revert-unsure" as const, merge, task: task.undoes.task };
    const origin = { where: "promotion" as const, promotion: task.promotion };
    failTask(draft, task, { class: "policy-blocked", cause, details: [] }, origin);
    return;
  }
  draft.effects.push({
    type: "revert.write",
    repo: state.repo,
    task: task.plan.id,
    round: nextRound(state),
    id: `${state.issue.number}/${task.plan.id}/0`,
    branch: task.branch,
    merge,
    base,
    title: task.plan.title,
    issue: state.issue.number,
    templates: state.policy.templates,
  });
}
