/** A decision in progress: the next state and its effects. Lives within one call of `decide`. */
import { attemptId } from "../attempt.ts";
import type { Effect, Notice } from "../effect.ts";
import type { FeatureEvent, Ignored } from "../event.ts";
import type { FeatureState, PlannedFeature } from "./state.ts";
import { findTask, isPlanned } from "./state.ts";
import { currentAttempt, type Task, watchedSubIssue } from "./task.ts";

export type EventOf<Type extends FeatureEvent["type"]> = Extract<FeatureEvent, { type: Type }>;

export interface Draft<State extends FeatureState = FeatureState> {
  readonly state: State;
  readonly at: number;
  /** The event's id. Effects to other aggregates derive their keys from it. */
  readonly eventId: string;
  readonly effects: Effect[];
}

/** A draft of a feature that has, or had, a plan. Only such a feature has tasks. */
export type PlannedDraft = Draft<PlannedFeature>;

export function hasPlan(draft: Draft): draft is PlannedDraft {
  return isPlanned(draft.state);
}

/** Why an event was ignored; null: it was applied. */
export type Reaction = Ignored | null;

/** Returns a number that no effect of this feature has had. */
export function nextRound(state: FeatureState): number {
  state.round += 1;
  return state.round;
}

export function attemptIdOf(state: FeatureState, task: Task, number: number): string {
  return attemptId(state.issue.number, task.plan.id, number);
}

/** Returns the task, if the event is about its last attempt. */
export function taskWithAttempt(state: FeatureState, event: { task: string; attempt: number }): Task | null {
  const task = findTask(state, event.task);
  return task !== undefined && task.machine.attempt === event.attempt ? task : null;
}

/** Returns the task whose last attempt has this id. */
export function taskOfAttempt(state: FeatureState, id: string): Task | undefined {
  return state.tasks.find((task) => {
    const attempt = currentAttempt(task);
    return attempt !== undefined && attemptIdOf(state, task, attempt.number) === id;
  });
}

/** `pull`: posts it there, where its cause was written. */
export function postNotice({ state, effects }: Draft, notice: Notice, pull?: number): void {
  effects.push({ type: "notice.post", repo: state.repo, issue: pull ?? state.issue.number, notice });
}

/** Asks for the repository's facts and for the permission of `by`. */
export function observeFeature({ state, effects }: Draft, by: string): void {
  const round = nextRound(state);
  effects.push({ type: "feature.observe", repo: state.repo, issue: state.issue.number, by, round });
}

/** Asks for the issue's label, state, text and comments, and for what became of the sub-issues that tasks are. */
export function observeIssue({ state, effects }: Draft): void {
  const round = nextRound(state);
  const subIssues = state.tasks.some((task) => watchedSubIssue(task) !== null) ? { subIssues: true } : {};
  effects.push({ type: "issue.observe", repo: state.repo, issue: state.issue.number, round, ...subIssues });
}
