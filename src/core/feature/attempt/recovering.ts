/**
 * Continues a task from where it failed: its attempt, its promotion or the lane. The table of `core/failure.ts` has the edge of each
 * class. A timer continues exactly there. A person's retry also takes what has been pushed there since.
 */
import { failureRules } from "../../failure.ts";
import type { PlannedDraft } from "../draft.ts";
import { submitPull } from "../landing/submitting.ts";
import type { TaskAt } from "../task.ts";
import { moveTask } from "../transitions.ts";
import { promote } from "./promoting.ts";

/** Continues by itself once the back-off is over. */
export function continueByTimer(draft: PlannedDraft, task: TaskAt<"waiting">): boolean {
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

/** Continues because a person asked for it. */
export function continueByRetry(draft: PlannedDraft, task: TaskAt<"parked" | "waiting">): void {
  const { failure, origin } = task;
  const inLane = origin.where === "lane" ? failureRules[failure.class].retry : "again";
  // Somebody pushed to the branch first, so that push is judged now instead of the change.
  const overtaken = origin.where === "promotion" && failure.class === "head-moved";
  // No attempt can change a revert, so it is only judged again.
  const isRevert = task.undoes !== null;
  if (task.pull !== null && (inLane === "resubmit" || overtaken || isRevert)) {
    submitPull(draft, task, { type: "RESUBMIT" });
    return;
  }
  if (origin.where === "promotion") {
    const { promotion } = origin;
    if (moveTask(task, { type: "PROMOTE" }, { stage: "promoting", promotion })) promote(draft, task, promotion);
    return;
  }
  const kind = inLane === "repair" || inLane === "resolve" ? inLane : task.machine.kind;
  moveTask(task, { type: "RETRY", kind }, { stage: "ready", delay: null, failure });
}
