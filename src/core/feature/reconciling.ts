/** Reads the issue and every running attempt again, so that lost webhooks change nothing in the end. */
import { activityOf } from "../rules/activity.ts";
import { drift } from "../rules/drift.ts";
import { observeAttempt } from "./attempt/runs.ts";
import { attemptIdOf, type Draft, type EventOf, observeIssue, type Reaction } from "./draft.ts";
import { observeRepository, onRepositoryDeleted } from "./ending/repository-closed.ts";
import { compareSubIssues, onSubIssueHinted } from "./ending/sub-issues.ts";
import { lookForBranch, onBranchRewritten } from "./landing/targets.ts";
import { delayOf } from "./task.ts";

/** The interval at which a feature under way reads GitHub by itself, for webhooks that were lost. */
export const FEATURE_SWEEP_MS = 60_000;
/** The same while it waits for a person, who writes comments whose webhooks mostly arrive. */
const IDLE_SWEEP_MS = 10 * 60_000;

export function sweep(draft: Draft): Reaction {
  const { state, at, effects } = draft;
  const pause = activityOf(state) === "going" ? FEATURE_SWEEP_MS : IDLE_SWEEP_MS;
  effects.push({ type: "timer.set", timer: "sweep", dueAt: at + pause });
  if (state.closed !== null) {
    observeRepository(draft);
    return null;
  }
  if (state.policy !== null) observeIssue(draft);
  lookForBranch(draft);
  for (const task of state.tasks) {
    const observation = task.stage === "working" ? observeAttempt(state, task, at) : null;
    if (observation !== null) effects.push(observation);
  }
  return null;
}

export function onIssueObserved(draft: Draft, event: EventOf<"issue.observed">): Reaction {
  const { state, effects } = draft;
  if (event.observation.labelled && event.round >= state.stoppedIn) state.ignoresLabel = false;
  state.heardUntil = Math.max(state.heardUntil, event.heardUntil ?? 0);
  const { closedSubIssues } = event.observation;
  if (closedSubIssues !== undefined) compareSubIssues(draft, closedSubIssues);
  for (const { key, event: missed } of drift(state, event.observation, event.round)) {
    effects.push({ type: "send", to: state.key, key, event: missed });
  }
  return null;
}

export function onHinted(draft: Draft, { topic }: EventOf<"hinted">): Reaction {
  const { state } = draft;
  if (topic.kind === "repository") {
    if (topic.deleted) return onRepositoryDeleted(draft);
    observeRepository(draft);
    return null;
  }
  if (topic.kind === "sub-issue") return onSubIssueHinted(draft, topic.issue);
  if (topic.kind === "branch") return onBranchRewritten(draft, topic.branch);
  // A comment may be the answer to the planner's questions, and an edit may change what is wanted.
  if (topic.kind === "issue" && (state.stage === "planning" || state.stage === "proposed")) {
    observeIssue(draft);
    return null;
  }
  if (topic.kind !== "attempt") return "not-accepted-here";
  const { attempt, begins } = topic;
  // The beginning of an attempt matters only to tasks that wait for its prompt cache.
  if (begins && !state.tasks.some((task) => delayOf(task)?.cause === "cache")) return "not-accepted-here";
  const task = state.tasks.find((one) => attemptIdOf(state, one, one.machine.attempt) === attempt);
  if (task === undefined || task.stage !== "working") return "stale-attempt";
  const observation = observeAttempt(state, task, draft.at);
  if (observation !== null) draft.effects.push(observation);
  return null;
}
