/** Reacts to a timer that is due. Every wait has one. */
import { halfOpen } from "./attempt/breaker.ts";
import { continueByTimer } from "./attempt/recovering.ts";
import { onAttemptOverdue } from "./attempt/running.ts";
import { type Draft, type EventOf, hasPlan, type Reaction } from "./draft.ts";
import { sweep } from "./reconciling.ts";
import { findTask, isOver } from "./state.ts";
import { delayOf } from "./task.ts";

export function onTimerDue(draft: Draft, { timer }: EventOf<"timer.due">): Reaction {
  const { state } = draft;
  const [name, rest] = split(timer);
  switch (name) {
    case "attempt":
      return onAttemptOverdue(draft, rest);
    case "wait":
      return onWaitOver(draft, rest);
    case "breaker":
      return halfOpen(state) ? null : "superseded";
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
  return continueByTimer(draft, task) ? null : "not-accepted-here";
}
