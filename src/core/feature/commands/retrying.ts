/** Retries a task for a person, from where it failed, with what is on its branch by now. */
import { continueByRetry } from "../attempt/recovering.ts";
import { type Draft, hasPlan } from "../draft.ts";
import type { Refusal } from "../refusal.ts";
import { findTask, isOver } from "../state.ts";

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
  continueByRetry(draft, task);
  return null;
}
