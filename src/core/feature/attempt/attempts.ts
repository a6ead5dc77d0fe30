/** From a dispatched run to a pull in the lane: what each outcome on the way leads to. */

import { addUsage, NO_USAGE } from "../../attempt.ts";
import { MAX_QUOTED, type NoResult } from "../../cause.ts";
import { dueAfter } from "../../due.ts";
import type { Effect } from "../../effect.ts";
import type { FeatureEvent, Outcome } from "../../event.ts";
import type { Failure, FailureClass } from "../../failure.ts";
import type { RunSnapshot } from "../../github.ts";
import { judgeChange, outsideScope } from "../../promotion/guardrails.ts";
import { countUnreported } from "../../rules/spending.ts";
import type { Draft, Reaction } from "../draft.ts";
import { advanceTask, attemptIdOf, ended, failTask, nextRound, submit } from "../draft.ts";
import { writeRevert } from "../landing/rollback.ts";
import { targetOf } from "../landing/targets.ts";
import type { FeatureState, Task } from "../state.ts";
import { currentAttempt, findTask } from "../state.ts";

/** Minutes beyond the engine's own limit for the runner to be found, to check out and to upload. */
const RUNNER_MINUTES = 15;

type EventOf<Type extends FeatureEvent["type"]> = Extract<FeatureEvent, { type: Type }>;

/** The task, if its last attempt is the one meant. */
function taskOfAttempt(state: FeatureState, event: { task: string; attempt: number }): Task | null {
  const task = findTask(state, event.task);
  return task !== undefined && task.machine.attempt === event.attempt ? task : null;
}

export function observeAttempt(state: FeatureState, task: Task, at: number): Effect | null {
  const attempt = currentAttempt(task);
  if (attempt === undefined || attempt.run === null) return null;
  const id = attemptIdOf(state, task, attempt.number);
  return {
    type: "attempt.observe",
    repo: state.repo,
    task: task.plan.id,
    attempt: attempt.number,
    id,
    run: attempt.run,
    seq: at,
  };
}

export function cancelAttempt(draft: Draft, task: Task): void {
  const { state } = draft;
  const attempt = currentAttempt(task);
  if (attempt === undefined) return;
  const id = attemptIdOf(state, task, attempt.number);
  // Nobody looks at it any more: what it took until now is what it is known to have taken.
  if (attempt.startedAt !== null && attempt.endedAt === null) {
    attempt.endedAt = draft.at;
    if (state.policy !== null) countUnreported(task, state.policy);
  }
  draft.effects.push({ type: "timer.cancel", timer: `attempt:${id}` });
  draft.effects.push({ type: "withdraw", key: `attempt.dispatch:${id}` });
  draft.effects.push({ type: "withdraw", key: `attempt.observe:${id}` });
  draft.effects.push({
    type: "attempt.cancel",
    repo: state.repo,
    task: task.plan.id,
    attempt: attempt.number,
    id,
    run: attempt.run,
  });
}

export function dispatched(draft: Draft, event: EventOf<"attempt.dispatched">): Reaction {
  const task = taskOfAttempt(draft.state, event);
  const attempt = task === null ? undefined : currentAttempt(task);
  if (task === null || attempt === undefined) return "stale-attempt";
  // Its run is known: told again, or of another, it must not come to be that one.
  if (attempt.run !== null) return "duplicate";
  attempt.run = event.run;
  if (!advanceTask(task, { type: "DISPATCHED" })) {
    // Given up while it was being dispatched, when nobody knew the run's number.
    if (task.stage !== "working") cancelAttempt(draft, task);
    return "not-accepted-here";
  }
  const minutes = (draft.state.policy?.attempts.minutes ?? 0) + RUNNER_MINUTES;
  const timer = `attempt:${attemptIdOf(draft.state, task, event.attempt)}`;
  draft.effects.push({ type: "timer.set", timer, dueAt: dueAfter(draft.at, minutes * 60_000) });
  // The run may have ended before its number was known, and then its webhook found nobody: look once.
  const observation = observeAttempt(draft.state, task, draft.at);
  if (observation !== null) draft.effects.push(observation);
  return null;
}

export function observed(draft: Draft, event: EventOf<"attempt.observed">): Reaction {
  const { state } = draft;
  const task = taskOfAttempt(state, event);
  const attempt = task === null ? undefined : currentAttempt(task);
  if (task === null || attempt === undefined || task.stage !== "working") return "stale-attempt";
  const { status } = event.run;
  // GitHub gives a job that only waits for a runner a start as well.
  if (status === "in_progress" || status === "completed") attempt.startedAt = event.run.startedAt;
  if (status !== "completed") return null;
  attempt.endedAt = event.run.endedAt;
  attempt.conclusion = event.run.conclusion;
  draft.effects.push({ type: "timer.cancel", timer: `attempt:${attemptIdOf(state, task, attempt.number)}` });
  if (event.outcome === null) {
    if (state.policy !== null) countUnreported(task, state.policy);
    return failTask(draft, task, lost(event.run, event.problem), "attempt");
  }
  const { result, manifest } = event.outcome;
  if (result.usage !== null) task.usage = addUsage(task.usage ?? NO_USAGE, result.usage);
  const failure = failureOf(event.outcome);
  if (failure !== null) return failTask(draft, task, failure, "attempt");
  ended(draft, null);
  task.summary = result.summary.slice(0, 4_000);
  task.notes = result.notes.slice(0, 20).map((note) => note.slice(0, 4_000));
  if (task.plan.role === "research") {
    task.setback = null;
    task.commits = null;
    return advanceTask(task, { type: "NOTHING_TO_LAND" }) ? null : "not-accepted-here";
  }
  if (manifest.length === 0) return failTask(draft, task, agentEmpty(result.summary), "attempt");
  return judgeAndPromote(draft, task, event.outcome);
}

function judgeAndPromote(draft: Draft, task: Task, outcome: Outcome): Reaction {
  const { state } = draft;
  const attempt = currentAttempt(task);
  if (state.policy === null || attempt === undefined) return "not-accepted-here";
  const { violations } = judgeChange(outcome.manifest, outcome.findings, task.plan.files, state.policy);
  if (violations.length > 0) {
    const cause = { kind: "change-refused" as const, violations: violations.slice(0, 20) };
    return failTask(draft, task, { class: "agent-failed", cause, details: [] }, "attempt");
  }
  if (!advanceTask(task, { type: "COMPLETED" })) return "not-accepted-here";
  task.change = outcome.manifest;
  promote(draft, task);
  return null;
}

/** Put the change on the task's branch, or open its pull: whatever of this is still to be done. */
export function promote(draft: Draft, task: Task): void {
  const { state } = draft;
  const attempt = currentAttempt(task);
  if (task.undoes !== null && task.head === null) {
    writeRevert(draft, task);
    return;
  }
  if (task.change === null) {
    openPull(draft, task);
    return;
  }
  if (attempt === undefined || attempt.run === null || task.commits === null) return;
  draft.effects.push({
    type: "change.promote",
    repo: state.repo,
    task: task.plan.id,
    attempt: attempt.number,
    round: nextRound(state),
    id: attemptIdOf(state, task, attempt.number),
    run: attempt.run,
    branch: task.branch,
    from: task.head,
    ...task.commits,
    manifest: task.change,
    title: task.plan.title,
    issue: state.issue.number,
  });
}

function openPull(draft: Draft, task: Task): void {
  const { state } = draft;
  const target = targetOf(state, task);
  if (target === null || task.head === null) return;
  draft.effects.push({
    type: "pull.open",
    repo: state.repo,
    task: task.plan.id,
    round: nextRound(state),
    branch: task.branch,
    head: task.head,
    base: target.branch,
    title: task.plan.title,
    issue: state.issue.number,
    summary: task.summary,
    description: task.plan.description,
    files: task.promoted,
    outsideScope: outsideScope(task.promoted, task.plan.files),
  });
}

export function promoted(draft: Draft, event: EventOf<"change.promoted">): Reaction {
  const { state } = draft;
  const task = taskOfAttempt(state, event);
  if (task?.stage === "cancelled") {
    draft.effects.push({ type: "branch.delete", repo: state.repo, branch: task.branch });
    return null;
  }
  if (task === null || task.stage !== "promoting") return "stale-attempt";
  // Told before: its pull is being opened.
  if (task.change === null) return "duplicate";
  task.head = event.head;
  task.setback = null;
  task.commits = null;
  const paths = task.change.map((file) => file.path).slice(0, 300);
  task.change = null;
  if (task.pull === null) {
    task.promoted = paths;
    openPull(draft, task);
    return null;
  }
  submit(draft, task);
  return advanceTask(task, { type: "SUBMITTED" }) ? null : "not-accepted-here";
}

export function pullOpened(draft: Draft, event: EventOf<"pull.opened">): Reaction {
  const { state } = draft;
  const task = findTask(state, event.task);
  if (task?.stage === "cancelled") {
    // Opened while the feature was being cancelled.
    draft.effects.push({ type: "pull.close", repo: state.repo, pull: event.pull });
    return null;
  }
  if (task === undefined || task.stage !== "promoting") return "not-accepted-here";
  task.pull = event.pull;
  task.change = null;
  task.commits = null;
  task.promoted = [];
  task.setback = null;
  submit(draft, task);
  return advanceTask(task, { type: "SUBMITTED" }) ? null : "not-accepted-here";
}

export function refused(draft: Draft, event: EventOf<"change.refused">): Reaction {
  const task = taskOfAttempt(draft.state, event);
  if (task === null || task.stage !== "promoting") return "stale-attempt";
  // Promoting again what is gone helps nobody: it has to be made again.
  return failTask(draft, task, event.failure, event.failure.class === "attempt-lost" ? "attempt" : "promotion");
}

/** An attempt's time is up although its job should have ended itself. */
export function overdue(draft: Draft, id: string): Reaction {
  const task = draft.state.tasks.find((candidate) => {
    const attempt = currentAttempt(candidate);
    return attempt !== undefined && attemptIdOf(draft.state, candidate, attempt.number) === id;
  });
  if (task === undefined || task.stage !== "working") return "stale-attempt";
  cancelAttempt(draft, task);
  // One that never started waited for a runner: that is nobody's fault.
  const started = currentAttempt(task)?.startedAt !== null;
  const failure = started ? ("attempt-timed-out" as const) : ("attempt-lost" as const);
  const kind = started ? ("run-overdue" as const) : ("no-runner" as const);
  return failTask(draft, task, { class: failure, cause: { kind }, details: [] }, "attempt");
}

function lost({ conclusion }: RunSnapshot, problem: NoResult | null): Failure {
  // GitHub's word, which may be any: a record would also know `constructor`.
  const classes = new Map<string | null, FailureClass>([
    ["timed_out", "attempt-timed-out"],
    ["startup_failure", "policy-blocked"],
  ]);
  const cause = { kind: "run-ended" as const, conclusion, problem };
  return { class: classes.get(conclusion) ?? "attempt-lost", cause, details: [] };
}

function failureOf({ result }: Outcome): Failure | null {
  const classes: Record<Outcome["result"]["outcome"], FailureClass | null> = {
    completed: null,
    failed: "agent-failed",
    "timed-out": "attempt-timed-out",
    "budget-exhausted": "budget-exhausted",
    "provider-down": "provider-down",
  };
  const failure = classes[result.outcome];
  const cause = { kind: "agent-said" as const, text: result.summary.slice(0, MAX_QUOTED) };
  return failure === null ? null : { class: failure, cause, details: [] };
}

function agentEmpty(summary: string): Failure {
  const cause = { kind: "nothing-changed" as const, said: summary.trim() === "" ? "" : summary.slice(0, 1_000) };
  return { class: "agent-empty", cause, details: [] };
}
