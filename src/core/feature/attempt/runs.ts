/** Asks for the observation of an attempt's run, and for its end. */
import type { Effect } from "../../effect.ts";
import { countUnreported } from "../../rules/spending.ts";
import { attemptIdOf, type PlannedDraft } from "../draft.ts";
import type { FeatureState } from "../state.ts";
import { currentAttempt, type Task } from "../task.ts";

/** Returns the effect that observes the task's run; null while the run's number is unknown. */
export function observeAttempt(state: FeatureState, task: Task, at: number): Effect | null {
  const attempt = currentAttempt(task);
  if (attempt === undefined || attempt.run === null) return null;
  const { number, run } = attempt;
  const id = attemptIdOf(state, task, number);
  return { type: "attempt.observe", repo: state.repo, task: task.plan.id, attempt: number, id, run, seq: at };
}

export function cancelAttempt({ state, at, effects }: PlannedDraft, task: Task): void {
  const attempt = currentAttempt(task);
  if (attempt === undefined) return;
  const { number, run } = attempt;
  const id = attemptIdOf(state, task, number);
  // No later observation will record an end, so the time until now is what counts.
  if (attempt.startedAt !== null && attempt.endedAt === null) {
    attempt.endedAt = at;
    countUnreported(task, state.policy);
  }
  effects.push({ type: "timer.cancel", timer: `attempt:${id}` });
  effects.push({ type: "withdraw", key: `attempt.dispatch:${id}` });
  effects.push({ type: "withdraw", key: `attempt.observe:${id}` });
  effects.push({ type: "attempt.cancel", repo: state.repo, task: task.plan.id, attempt: number, id, run });
}
