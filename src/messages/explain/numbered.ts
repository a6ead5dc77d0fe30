/** Finds what an issue or a pull request is to Headgate, by its number. Issues and pulls of a repository share one sequence. */
import type { FeatureState } from "../../core/feature/state.ts";
import type { Task } from "../../core/feature/task.ts";

export type Subject =
  | { kind: "feature"; state: FeatureState }
  /** `number`'s pull request carries the task's change. */
  | { kind: "pull"; state: FeatureState; task: Task }
  /** The issue is the task's. */
  | { kind: "sub-issue"; state: FeatureState; task: Task }
  | { kind: "foreign" };

/** Returns null where the feature has nothing to do with the number. */
export function subjectIn(state: FeatureState, number: number): Exclude<Subject, { kind: "foreign" }> | null {
  if (state.issue.number === number) return { kind: "feature", state };
  const carried = state.tasks.find(({ pull }) => pull === number);
  if (carried !== undefined) return { kind: "pull", state, task: carried };
  const task = state.tasks.find(({ subIssue }) => subIssue?.number === number);
  return task === undefined ? null : { kind: "sub-issue", state, task };
}
