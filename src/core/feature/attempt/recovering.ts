/**
 * Continues a task from where it failed: its attempt, its promotion or the lane. The table of `core/failure.ts` has the edge of each
 * class. A timer continues exactly there. A person's retry also takes what has been pushed there since.
 */
import { attemptCanFix, type Failure, failureRules } from "../../failure.ts";
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
      const pushed = pushedHead(failure);
      if (pushed !== null && task.pull !== null) {
        // A change of the former head cannot go onto what somebody pushed. That head is judged, and repaired if it fails: the same
        // failure says nothing about the agent's progress.
        task.head = pushed;
        task.fingerprint = null;
        return submitPull(draft, task, { type: "RESUBMIT" });
      }
      if (!moveTask(task, { type: "PROMOTE" }, { stage: "promoting", promotion })) return false;
      promote(draft, task, promotion);
      return true;
    }
    case "attempt":
      break;
  }
  return moveTask(task, { type: "DUE" }, { stage: "ready", delay: null, failure });
}

/**
 * Continues because a person asked for it. A task that has a pull goes back into the lane, which looks at the pull first: a check that
 * somebody ran again, or a fix that somebody pushed, needs no agent.
 */
export function continueByRetry(draft: PlannedDraft, task: TaskAt<"parked" | "waiting">): void {
  const { failure, origin } = task;
  // Somebody pushed to the branch first, so that push is judged now instead of the change.
  const overtaken = origin.where === "promotion" && failure.class === "head-moved";
  // No attempt can change a revert, so it is only judged again.
  const isRevert = task.undoes !== null;
  if (task.pull !== null && (origin.where !== "promotion" || overtaken || isRevert)) {
    submitPull(draft, task, { type: "RESUBMIT", retried: true });
    return;
  }
  if (origin.where === "promotion") {
    const { promotion } = origin;
    if (moveTask(task, { type: "PROMOTE" }, { stage: "promoting", promotion })) promote(draft, task, promotion);
    return;
  }
  moveTask(task, { type: "RETRY", kind: task.machine.kind }, { stage: "ready", delay: null, failure });
}

/**
 * Does what a person's retry is for, once the lane has looked and found a fault. The failure is not counted: no attempt was made
 * since the last one, so it says nothing new to the task's breaker. Returns false where the retry has nothing to add.
 */
export function continueAfterLook(
  draft: PlannedDraft,
  task: TaskAt<"in-lane">,
  { failure, asFound = false }: { failure: Failure; asFound?: boolean | undefined },
): boolean {
  if (task.retried !== true) return false;
  if (asFound && isOverWithoutMerge(failure)) return replacePull(draft, task);
  if (!attemptCanFix(failure.class) || task.undoes !== null) return false;
  const { retry } = failureRules[failure.class];
  const kind = retry === "repair" || retry === "resolve" ? retry : task.machine.kind;
  return moveTask(task, { type: "STILL_FAILING", kind }, { stage: "ready", delay: null, failure });
}

/** Returns true where the pull can no longer merge into the lane's branch: it is closed, or merged elsewhere. */
function isOverWithoutMerge({ cause }: Failure): boolean {
  return cause.kind === "pull-closed" || (cause.kind === "pull-retargeted" && cause.merged);
}

/** Opens another pull for the recorded head, in the place of one that is over. */
function replacePull(draft: PlannedDraft, task: TaskAt<"in-lane">): boolean {
  const promotion = { step: "open" as const, paths: [], replaces: task.pull };
  if (!moveTask(task, { type: "PROMOTE" }, { stage: "promoting", promotion })) return false;
  promote(draft, task, promotion);
  return true;
}

/** Returns the commit that was seen on the branch instead of the task's head; null: none was. */
function pushedHead({ cause }: Failure): string | null {
  return cause.kind === "branch-moved" ? (cause.tip ?? null) : null;
}
