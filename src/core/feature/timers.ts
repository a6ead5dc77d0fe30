/** Reacts to a timer that is due. Every wait has one. */
import { failureRules } from "../failure.ts";
import { tryAgain } from "./attempt/breaker.ts";
import { promote } from "./attempt/promoting.ts";
import { onAttemptOverdue } from "./attempt/running.ts";
import { type Draft, type EventOf, hasPlan, type PlannedDraft, type Reaction } from "./draft.ts";
import { submitPull } from "./landing/submitting.ts";
import { sweep } from "./reconciling.ts";
import { findTask, isOver } from "./state.ts";
import { delayOf, type TaskAt } from "./task.ts";
import { moveTask } from "./transitions.ts";

export function onTimerDue(draft: Draft, { timer }: EventOf<"timer.due">): Reaction {
  const { state } = draft;
  const [name, rest] = split(timer);
  switch (name) {
    case "attempt":
      return onAttemptOverdue(draft, rest);
    case "wait":
      return onWaitOver(draft, rest);
    case "breaker":
      return tryAgain(state) ? null : "superseded";
    case "launch":
      // Every event judges held tasks again, so this timer only has to be an event.
      return state.tasks.some((task) => delayOf(task)?.cause === "cache") ? null : "superseded";
    case "sweep":
      return isOver(state) ? "superseded" : sweep(draft);
    default:
      return "superseded";
  }
}

/** `attempt:12/parser/2` */
function split(timer: string): [name: string, rest: string] {
  const colon = timer.indexOf(":");
  return colon < 0 ? [timer, ""] : [timer.slice(0, colon), timer.slice(colon + 1)];
}

function onWaitOver(draft: Draft, id: string): Reaction {
  const task = findTask(draft.state, id);
  if (!hasPlan(draft) || task?.stage !== "waiting") return "superseded";
  return continueFromFailure(draft, task) ? null : "not-accepted-here";
}

/** Continues a task from where it failed. */
function continueFromFailure(draft: PlannedDraft, task: TaskAt<"waiting">): boolean {
  const { failure, origin } = task;
  switch (origin.where) {
    case "lane": {
      const { next } = failureRules[failure.class];
      if (next === "repair" || next === "resolve" || task.pull === null) break;
      return submitPull(draft, task, { type: "RESUBMIT" });
    }
    case "promotion": {
      const { promotion } = origin;
      if (!moveTask(task, { type: "PROMOTE" }, { stage: "promoting", promotion })) return false;
      promote(draft, task, promotion);
      return true;
    }
    case "attempt":
      break;
  }
  return moveTask(task, { type: "DUE" }, { stage: "ready", delay: null, failure });
}
