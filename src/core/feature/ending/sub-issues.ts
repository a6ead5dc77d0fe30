/**
 * Follows the sub-issues that tasks were written or filed as. A person with write access who closes one leaves its task out. When
 * somebody else closes it, the task continues, and a comment says how to leave it out. Headgate closes the sub-issue of a task whose
 * work has reached the base.
 */
import type { Draft, EventOf, PlannedDraft, Reaction } from "../draft.ts";
import { hasPlan, nextRound, postNotice } from "../draft.ts";
import { isWhole, landsTogether } from "../landing/targets.ts";
import { dropTask } from "../planning/edits.ts";
import { type FeatureState, isOver, isUnderWay } from "../state.ts";
import { landingOf, type Task, wasLeftOut, watchedSubIssue } from "../task.ts";
import { endWithout } from "./leaving-out.ts";

function taskOf(state: FeatureState, issue: number): Task | undefined {
  return state.tasks.find((task) => watchedSubIssue(task)?.number === issue);
}

export function onSubIssueHinted(draft: Draft, issue: number): Reaction {
  if (taskOf(draft.state, issue) === undefined) return "not-accepted-here";
  observe(draft, issue);
  return null;
}

function observe(draft: Draft, issue: number): void {
  const { repo } = draft.state;
  draft.effects.push({ type: "sub-issue.observe", repo, issue, round: nextRound(draft.state) });
}

/** Finds what no webhook announced. `closed`: all sub-issues of the feature that are. */
export function compareSubIssues(draft: Draft, closed: readonly number[]): void {
  for (const task of draft.state.tasks) {
    const subIssue = watchedSubIssue(task);
    if (subIssue === null) continue;
    const { number } = subIssue;
    if (!closed.includes(number)) task.subIssue = { state: "open", number };
    else if (subIssue.state === "open") observe(draft, number);
  }
}

export function onSubIssueObserved(draft: Draft, event: EventOf<"sub-issue.observed">): Reaction {
  const { state } = draft;
  const { issue: number, by, permission, round } = event;
  const task = taskOf(state, number);
  if (isOver(state) || task === undefined) return "superseded";
  if (event.open) {
    task.subIssue = { state: "open", number };
    return null;
  }
  const isNews = task.subIssue?.state !== "closed";
  const counts = permission === "write" || permission === "admin";
  task.subIssue = { state: "closed", number, by, counts };
  if (!counts && isNews) {
    postNotice(draft, { about: "sub-issue-closed-by-other", by, issue: number, task: task.plan.id, round });
  }
  // Refuses the last task of a plan. That one is left out as soon as the plan is approved.
  if (counts && state.stage === "proposed") dropTask(draft, task.plan.id);
  return null;
}

/** Leaves out the tasks whose sub-issues a person has closed, also before the plan was approved. */
export function leaveOutClosed(draft: Draft): void {
  if (!isUnderWay(draft.state) || !hasPlan(draft)) return;
  for (const task of draft.state.tasks) {
    const subIssue = watchedSubIssue(task);
    if (subIssue?.state !== "closed" || !subIssue.counts) continue;
    endWithout(draft, task, { why: "sub-issue-closed", by: subIssue.by, issue: subIssue.number });
  }
}

/** Closes the sub-issues of tasks that have ended. */
export function closeSubIssues(draft: Draft): void {
  if (!hasPlan(draft)) return;
  const { state, effects } = draft;
  for (const task of state.tasks) {
    const { subIssue } = task;
    const reason = reasonToClose(draft, task);
    if (subIssue?.state !== "open" || reason === null) continue;
    task.subIssue = { state: "ended", number: subIssue.number };
    effects.push({ type: "sub-issue.close", repo: state.repo, issue: subIssue.number, reason });
  }
}

/** Keeps open what people wrote and then left out of this feature: they may want it in another one. */
function reasonToClose({ state }: PlannedDraft, task: Task): "completed" | "not_planned" | null {
  if (task.stage !== "done" || state.stage === "rolling-back" || state.stage === "failed") return null;
  if (wasLeftOut(task)) return state.plan.source === "model" ? "not_planned" : null;
  const whole = landsTogether(state) ? state.tasks.find(isWhole) : undefined;
  return whole === undefined || landingOf(whole) !== null || whole.stage === "done" ? "completed" : null;
}
