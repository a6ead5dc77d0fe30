/** Fails a task: counts the failure and moves the task along the edge of the failure's class. */
import { shortened } from "../../cause.ts";
import type { Failure, FailureClass } from "../../failure.ts";
import { attemptCanFix, failureRules, spendsTry, waitFor } from "../../failure.ts";
import { fingerprint, taskBreaker } from "../../rules/breaker.ts";
import { isSpent } from "../../rules/spending.ts";
import type { Draft, PlannedDraft, Reaction } from "../draft.ts";
import { reportParked } from "../landing/submitting.ts";
import { currentAttempt, type Origin, type StagePart, type Task, type TaskAt } from "../task.ts";
import { settleTask, turnTask } from "../transitions.ts";

/** Endings of attempts that a feature keeps. */
const REMEMBERED_ENDINGS = 20;

/** Characters of quoted text that an attempt's record keeps. */
const RECORDED_CHARACTERS = 500;

export function failTask(
  draft: PlannedDraft,
  task: TaskAt<"dispatching" | "working" | "promoting" | "in-lane">,
  failure: Failure,
  origin: Origin,
): Reaction {
  const freeBefore = task.machine.free;
  const breaker = taskBreaker(task.breaker, task.fingerprint, failure);
  const open = breaker === "open" || isHopeless(draft, task, failure, origin);
  const bounds = draft.state.policy.attempts;
  const turn = turnTask(task, { type: "FAILED", failure: failure.class, bounds, open });
  if (turn === null) return "not-accepted-here";
  const until = draft.at + waitFor(failure.class, freeBefore);
  settleTask(task, turn, partAfter(turn.stage, failure, origin, until));
  task.breaker = breaker;
  if (spendsTry(failure.class)) task.fingerprint = fingerprint(failure);
  recordEnding(draft, failure.class);
  const attempt = currentAttempt(task);
  // A failure in the lane belongs to the last attempt: its head was judged.
  if (attempt !== undefined && attempt.class === null) {
    attempt.class = failure.class;
    attempt.cause = shortened(failure.cause, RECORDED_CHARACTERS);
  }
  if (turn.stage === "parked") reportParked(draft, task);
  if (turn.stage === "waiting") {
    draft.effects.push({ type: "timer.set", timer: `wait:${task.plan.id}`, dueAt: until });
  }
  return null;
}

/** Returns true where another try cannot succeed, so that none is paid or waited for. */
function isHopeless({ state }: PlannedDraft, task: Task, failure: Failure, origin: Origin): boolean {
  // A branch of the task's name exists that Headgate did not make.
  if (failure.class === "head-moved" && task.pull === null) return true;
  // Another try on the same machine ends the same way. Only a network comes back by itself.
  if (failure.cause.kind === "environment" && failure.cause.fault !== "network") return true;
  // The content of a revert is fixed, so no agent can change it.
  if (task.undoes !== null && attemptCanFix(failure.class)) return true;
  const needsAttempt = origin.where !== "promotion" && failureRules[failure.class].next !== "resubmit";
  return needsAttempt && isSpent(task, state.policy);
}

function partAfter(stage: Task["stage"], failure: Failure, origin: Origin, until: number): StagePart {
  switch (stage) {
    case "ready":
      return { stage, delay: null, failure };
    case "waiting":
      return { stage, failure, origin, until };
    case "parked":
      return { stage, failure, origin };
    default:
      throw new Error(`no failure leads to ${stage}`);
  }
}

/** Remembers how an attempt ended, for the feature's breaker. */
export function recordEnding({ state }: Draft, ending: FailureClass | null): void {
  state.endings = [...state.endings.slice(1 - REMEMBERED_ENDINGS), ending];
}
