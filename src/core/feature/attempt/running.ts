/** An attempt's run, from its dispatch to its result. */
import { ATTEMPT_WORKFLOW, addUsage, NO_USAGE } from "../../attempt.ts";
import { MAX_QUOTED, type NoResult } from "../../cause.ts";
import { dueAfter } from "../../due.ts";
import type { EnvironmentFault } from "../../environment-fault.ts";
import type { Outcome } from "../../event.ts";
import type { Failure, FailureClass } from "../../failure.ts";
import type { RunSnapshot } from "../../github.ts";
import { judgeManifest } from "../../promotion/guardrails.ts";
import { countUnreported } from "../../rules/spending.ts";
import type { Draft, EventOf, PlannedDraft, Reaction } from "../draft.ts";
import { attemptIdOf, hasPlan, postNotice, taskOfAttempt, taskWithAttempt } from "../draft.ts";
import { endWithout } from "../ending/leaving-out.ts";
import { currentAttempt, type TaskAt } from "../task.ts";
import { moveTask } from "../transitions.ts";
import { failTask, recordEnding } from "./failing.ts";
import { promote, refusedChange } from "./promoting.ts";
import { cancelAttempt, observeAttempt } from "./runs.ts";

/** Minutes beyond the engine's own limit for the runner to be found, to check out and to upload. */
const RUNNER_MINUTES = 15;

const MAX_NOTES = 20;
/** Characters of a summary or a note that a task keeps. */
const MAX_WORDS = 4_000;
/** Characters of what an agent said that its failure keeps. */
const MAX_SAID = 1_000;
/** How long an overdue attempt of a closed repository waits before it is judged again. */
const CLOSED_GRACE_MS = 15 * 60_000;

export function onAttemptDispatched(draft: Draft, event: EventOf<"attempt.dispatched">): Reaction {
  const task = taskWithAttempt(draft.state, event);
  const attempt = task === null ? undefined : currentAttempt(task);
  if (!hasPlan(draft) || task === null || attempt === undefined) return "stale-attempt";
  // Keeps the first run: a repeated event, or a second run, must not replace it.
  if (attempt.run !== null) return "duplicate";
  attempt.run = event.run;
  if (task.stage !== "dispatching") {
    // The task was given up before the run's number was known, so the run is cancelled now.
    cancelAttempt(draft, task);
    return "not-accepted-here";
  }
  moveTask(task, { type: "DISPATCHED" }, { stage: "working", commits: task.commits });
  const minutes = draft.state.policy.attempts.minutes + RUNNER_MINUTES;
  const timer = `attempt:${attemptIdOf(draft.state, task, event.attempt)}`;
  draft.effects.push({ type: "timer.set", timer, dueAt: dueAfter(draft.at, minutes * 60_000) });
  // The run may have ended before its number was known; its webhook then found no task.
  const observation = observeAttempt(draft.state, task, draft.at);
  if (observation !== null) draft.effects.push(observation);
  return null;
}

export function onAttemptObserved(draft: Draft, event: EventOf<"attempt.observed">): Reaction {
  const { state } = draft;
  const task = taskWithAttempt(state, event);
  const attempt = task === null ? undefined : currentAttempt(task);
  if (!hasPlan(draft) || task?.stage !== "working" || attempt === undefined) return "stale-attempt";
  const { status } = event.run;
  // GitHub also gives a start to a job that still waits for a runner.
  if (status === "in_progress" || status === "completed") attempt.startedAt = event.run.startedAt;
  if (status !== "completed") return null;
  attempt.endedAt = event.run.endedAt;
  attempt.conclusion = event.run.conclusion;
  draft.effects.push({ type: "timer.cancel", timer: `attempt:${attemptIdOf(state, task, attempt.number)}` });
  if (event.outcome === null) {
    countUnreported(task, draft.state.policy);
    return failAttempt(draft, task, lost(event.run, event.problem));
  }
  return judgeOutcome(draft, task, event.outcome);
}

/** Judges the result of a job: the change is promoted, or the attempt fails. */
function judgeOutcome(draft: PlannedDraft, task: TaskAt<"working">, outcome: Outcome): Reaction {
  const { result, manifest } = outcome;
  if (result.usage !== null) task.usage = addUsage(task.usage ?? NO_USAGE, result.usage);
  const failure = failureIn(outcome);
  if (failure !== null) return failAttempt(draft, task, failure);
  task.summary = result.summary.slice(0, MAX_WORDS);
  task.notes = result.notes.slice(0, MAX_NOTES).map((note) => note.slice(0, MAX_WORDS));
  if (task.plan.role === "research") {
    recordEnding(draft, null);
    moveTask(task, { type: "NOTHING_TO_LAND" }, { stage: "done", landing: null, without: { why: "research" } });
    return null;
  }
  if (manifest.length === 0) return changedNothing(draft, task, result.summary);
  const violations = judgeManifest(manifest, outcome.findings, draft.state.policy);
  if (violations.length > 0) return failAttempt(draft, task, refusedChange(violations));
  const promotion = { step: "commit" as const, commits: task.commits, change: manifest };
  moveTask(task, { type: "COMPLETED" }, { stage: "promoting", promotion });
  promote(draft, task, promotion);
  return null;
}

/** Ends an attempt whose job did not end itself in time. */
export function onAttemptOverdue(draft: Draft, id: string): Reaction {
  const task = taskOfAttempt(draft.state, id);
  if (!hasPlan(draft) || task?.stage !== "working") return "stale-attempt";
  if (draft.state.closed !== null) {
    // Its run cannot be read. It may have ended in time.
    draft.effects.push({ type: "timer.set", timer: `attempt:${id}`, dueAt: draft.at + CLOSED_GRACE_MS });
    return null;
  }
  cancelAttempt(draft, task);
  // An attempt that never started waited for a runner, which is not the task's fault.
  return currentAttempt(task)?.startedAt === null
    ? failAttempt(draft, task, { class: "attempt-lost", cause: { kind: "no-runner" }, details: [] })
    : failAttempt(draft, task, { class: "attempt-timed-out", cause: { kind: "run-overdue" }, details: [] });
}

/** Fails an attempt whose `attempt.dispatch` or `attempt.observe` was given up. */
export function onAttemptUnreachable(
  draft: Draft,
  task: TaskAt<"dispatching" | "working">,
  failure: Failure,
): Reaction {
  if (!hasPlan(draft)) return "stale-attempt";
  // The dispatch may have reached GitHub, so its run is cancelled.
  cancelAttempt(draft, task);
  return failAttempt(draft, task, failure);
}

function failAttempt(draft: PlannedDraft, task: TaskAt<"dispatching" | "working">, failure: Failure): Reaction {
  return failTask(draft, task, failure, { where: "attempt" });
}

function lost({ conclusion }: RunSnapshot, problem: NoResult | null): Failure {
  if (conclusion === "neutral") return environmentFailed("not-run-here", ATTEMPT_WORKFLOW);
  // A map, because a record would answer a conclusion such as `constructor`.
  const classes = new Map<string | null, FailureClass>([
    ["timed_out", "attempt-timed-out"],
    ["startup_failure", "policy-blocked"],
  ]);
  const cause = { kind: "run-ended" as const, conclusion, problem };
  // Whatever a job uploads is its agent's doing. Another attempt at no cost would let it go on for ever.
  if (problem?.kind === "bad-artifact") return { class: "agent-failed", cause, details: [] };
  return { class: classes.get(conclusion) ?? "attempt-lost", cause, details: [] };
}

function environmentFailed(fault: EnvironmentFault, text: string): Failure {
  return { class: "environment-failed", cause: { kind: "environment", fault, text }, details: [] };
}

function failureIn({ result }: Outcome): Failure | null {
  const fault = result.environment ?? null;
  if (result.outcome === "failed" && fault !== null) {
    return environmentFailed(fault, result.summary.slice(0, MAX_QUOTED));
  }
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

/**
 * Judges an attempt without a change. An agent that was to build and gives a reason found nothing to do. Another one failed: of a
 * repair the checks are still red, and silence may be a crash.
 */
function changedNothing(draft: PlannedDraft, task: TaskAt<"working">, summary: string): Reaction {
  const said = summary.trim() === "" ? "" : summary.slice(0, MAX_SAID);
  const cause = { kind: "nothing-changed" as const, said };
  if (said === "" || task.machine.kind !== "build") {
    return failAttempt(draft, task, { class: "agent-empty", cause, details: [] });
  }
  if (draft.state.policy.nothingToDo === "accept") {
    recordEnding(draft, null);
    endWithout(draft, task, { why: "nothing-to-do", said });
    return null;
  }
  postNotice(draft, { about: "nothing-to-do", task: task.plan.id, attempt: task.machine.attempt, said });
  return failAttempt(draft, task, { class: "nothing-to-do", cause, details: [] });
}
