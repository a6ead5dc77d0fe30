/**
 * Brings tasks back that wait or are parked: one of them, all of them, or with `resume` those that did not fail through their own work.
 * Each continues from where it failed, with what is on its branch by now.
 */
import { type FailureClass, spendsTry } from "../../failure.ts";
import { halfOpen } from "../attempt/breaker.ts";
import { continueByRetry } from "../attempt/recovering.ts";
import { type Draft, hasPlan, type PlannedDraft, postNotice } from "../draft.ts";
import { reportParked } from "../landing/submitting.ts";
import type { Refusal } from "../refusal.ts";
import { type FeatureState, findTask, isOver, isUnderWay } from "../state.ts";
import type { Task, TaskAt } from "../task.ts";
import type { BroughtBack, StayReason } from "./brought-back.ts";

type Stopped = TaskAt<"parked" | "waiting">;

/** The comment with the command, and the pull that it was written on. */
interface Asked {
  comment: number;
  pull?: number | undefined;
}

export function retryTask(draft: Draft, id: string): Refusal | null {
  const { state } = draft;
  const task = findTask(state, id);
  if (isOver(state)) return { kind: "over", verb: "retry", stage: state.stage };
  if (task === undefined || !hasPlan(draft)) {
    return { kind: "no-such-task", named: id, tasks: state.tasks.map((one) => one.plan.id), rows: false };
  }
  if (!isStopped(task)) return { kind: "not-retryable", task: id, stage: task.stage };
  bringBack(draft, task);
  return null;
}

/** Retries every task that waits or is parked, unless a person has to decide about it. */
export function retryAll(draft: Draft, asked: Asked): Refusal | null {
  const { state } = draft;
  // A plan may have a task of that name.
  if (findTask(state, "all") !== undefined) return retryTask(draft, "all");
  if (isOver(state)) return { kind: "over", verb: "retry", stage: state.stage };
  if (!hasStopped(state)) return { kind: "nothing-to-retry" };
  // The person retries just what stopped the feature: its failed tasks and lost attempts.
  halfOpen(state);
  if (state.parked?.kind === "tasks-failing") state.parked = null;
  bringAllBack(draft, asked, { ownWork: true });
  return null;
}

/** Brings back, for a person who resumes, what may have stopped for a reason outside of the tasks' own work. */
export function bringBackResumed(draft: Draft, asked: Asked): void {
  if (hasStopped(draft.state)) bringAllBack(draft, asked, { ownWork: false });
}

export function hasStopped(state: FeatureState): boolean {
  return isUnderWay(state) && state.tasks.some(isStopped);
}

function isStopped(task: Task): task is Stopped {
  return task.stage === "parked" || task.stage === "waiting";
}

function bringBack(draft: PlannedDraft, task: Stopped): void {
  draft.effects.push({ type: "timer.cancel", timer: `wait:${task.plan.id}` });
  // One attempt shows whether the fault is fixed.
  if (task.breaker === "open") task.breaker = "half-open";
  continueByRetry(draft, task);
}

function bringAllBack(draft: Draft, { comment, pull }: Asked, { ownWork }: { ownWork: boolean }): void {
  if (!hasPlan(draft)) return;
  const { state } = draft;
  const answer: BroughtBack = { back: [], looking: [], staying: [], stopped: null };
  for (const task of state.tasks.filter(isStopped)) {
    const { id } = task.plan;
    const why = whyItStays(task, ownWork);
    if (why === null) {
      bringBack(draft, task);
      answer.back.push(id);
    } else if (why === "own-work" && task.stage === "parked" && task.pull !== null) {
      // Its lane brings it back if its pull passes by now, and pays no agent otherwise.
      reportParked(draft, task);
      answer.looking.push(id);
    } else answer.staying.push({ task: id, why });
  }
  answer.stopped = stopOf(state);
  postNotice(draft, { about: "tasks-brought-back", comment, ...answer }, pull);
}

/** Returns null where the task comes back. */
function whyItStays({ failure }: Stopped, ownWork: boolean): StayReason | null {
  if (failure.cause.kind === "revert-unsure") return "by-hand";
  if (failure.class === "nothing-to-do") return "decide";
  if (ownWork) return null;
  return isOwnWork(failure.class) ? "own-work" : null;
}

/** Returns true where only another agent's work or more money helps, which a person allows task by task or with `retry all`. */
function isOwnWork(failure: FailureClass): boolean {
  return spendsTry(failure) || failure === "budget-exhausted" || failure === "conflict-with-base";
}

function stopOf({ hold, parked, closed }: FeatureState): BroughtBack["stopped"] {
  if (closed !== null) return "closed";
  if (hold !== null) return "held";
  return parked === null ? null : "parked";
}
