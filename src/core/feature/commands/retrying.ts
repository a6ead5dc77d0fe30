/** Retries a task for a person, from where it failed, with what is on its branch by now. */
import { failureRules } from "../../failure.ts";
import { promote } from "../attempt/promoting.ts";
import { type Draft, hasPlan, type PlannedDraft } from "../draft.ts";
import { submitPull } from "../landing/submitting.ts";
import type { Refusal } from "../refusal.ts";
import { findTask, isOver } from "../state.ts";
import type { TaskAt } from "../task.ts";
import { moveTask } from "../transitions.ts";

export function retryTask(draft: Draft, id: string): Refusal | null {
  const { state } = draft;
  const task = findTask(state, id);
  if (isOver(state)) return { kind: "over", verb: "retry", stage: state.stage };
  if (task === undefined || !hasPlan(draft)) {
    return { kind: "no-such-task", named: id, tasks: state.tasks.map((one) => one.plan.id), rows: false };
  }
  if (task.stage !== "parked" && task.stage !== "waiting") {
    return { kind: "not-retryable", task: id, stage: task.stage };
  }
  draft.effects.push({ type: "timer.cancel", timer: `wait:${id}` });
  // One attempt shows whether the fault is fixed.
  if (task.breaker === "open") task.breaker = "half-open";
  tryAgain(draft, task);
  return null;
}

function tryAgain(draft: PlannedDraft, task: TaskAt<"parked" | "waiting">): void {
  const { failure, origin } = task;
  const inLane = origin.where === "lane" ? failureRules[failure.class].retry : "again";
  // Somebody pushed to the branch first, so that push is judged now instead of the change.
  const overtaken = origin.where === "promotion" && failure.class === "head-moved";
  // No attempt can change a revert, so it is only judged again.
  const isRevert = task.undoes !== null;
  if (task.pull !== null && (inLane === "resubmit" || overtaken || isRevert)) {
    submitPull(draft, task, { type: "RESUBMIT" });
    return;
  }
  if (origin.where === "promotion") {
    const { promotion } = origin;
    if (moveTask(task, { type: "PROMOTE" }, { stage: "promoting", promotion })) promote(draft, task, promotion);
    return;
  }
  const kind = inLane === "repair" || inLane === "resolve" ? inLane : task.machine.kind;
  moveTask(task, { type: "RETRY", kind }, { stage: "ready", delay: null, failure });
}
