/** A decision in progress: the next state and its effects. Lives within one call of `decide`. */
import { attemptId } from "../attempt.ts";
import type { Effect, Notice } from "../effect.ts";
import type { FeatureEvent, Ignored } from "../event.ts";
import type { FeatureState, PlannedFeature } from "./state.ts";
import { findTask, isPlanned } from "./state.ts";
import { currentAttempt, isEnded, type Task, watchedSubIssue } from "./task.ts";

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
  const life = state.life.number === 1 ? {} : { life: state.life.number };
  effects.push({ type: "notice.post", repo: state.repo, issue: pull ?? state.issue.number, notice, ...life });
}

/** Asks for the repository's facts and for the permission of `by`. */
export function observeFeature({ state, effects }: Draft, by: string): void {
  const round = nextRound(state);
  effects.push({ type: "feature.observe", repo: state.repo, issue: state.issue.number, by, round });
}

/** Comments are read again for so long: GitHub's clock may differ from ours, and a comment may be listed late. */
const HEARD_AGAIN_MS = 5 * 60_000;

/** Asks for the issue's label, state, text and comments, for those on its pulls, and for what became of tasks' sub-issues. */
export function observeIssue({ state, at, effects }: Draft): void {
  const round = nextRound(state);
  const numbers = state.tasks.flatMap((task) => (task.pull === null || isEnded(task) ? [] : [task.pull]));
  const pulls = numbers.length === 0 ? {} : { pulls: { numbers, since: state.heardUntil - HEARD_AGAIN_MS, at } };
  const subIssues = state.tasks.some((task) => watchedSubIssue(task) !== null) ? { subIssues: true } : {};
  effects.push({ type: "issue.observe", repo: state.repo, issue: state.issue.number, round, ...pulls, ...subIssues });
}
