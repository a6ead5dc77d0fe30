/**
 * Tells whether the fault for which an entry was sent back still holds. The same facts that send an entry back bring it back, so
 * nothing stays parked that people or time have healed.
 */
import type { Failure, FailureClass } from "../../failure.ts";
import { failureRules } from "../../failure.ts";
import type { Check, PullSnapshot } from "../../github.ts";
import { type Entry, type SentBack, withoutRerun } from "../state.ts";
import { judgeEntry } from "./approval.ts";

/** Holds what only people change, and an observation shows. */
const BY_PEOPLE = ["pull-closed", "pull-retargeted", "checks-for-people"] as const;

/** Returns true where no agent is asked to repair any of the failed checks. */
export function isForPeople(entry: Entry, failing: readonly Check[]): boolean {
  return failing.length > 0 && repairable(entry, failing).length === 0;
}

export function repairable({ noRepair = [] }: Entry, failing: readonly Check[]): Check[] {
  return failing.filter(({ name }) => !noRepair.includes(name));
}

/** Returns the fault as later observations can show it; null: they cannot, such as a refused request. */
export function visibleFault({ class: failure, cause }: Failure): FailureClass | null {
  switch (failure) {
    case "checks-failed":
    case "checks-interrupted":
    case "checks-missing":
    case "checks-timed-out":
    case "conflict-with-base":
    case "review-changes":
      return failure;
    case "environment-failed":
      return cause.kind === "environment" && cause.fault === "not-run-here" ? failure : "checks-failed";
    case "policy-blocked":
      return BY_PEOPLE.some((kind) => kind === cause.kind) ? failure : null;
    default:
      return null;
  }
}

/** Returns false while GitHub still computes, and while what is left would cost another attempt of a task that has used up its own. */
export function isHealed(branch: string, entry: Entry, { fault, head }: SentBack, snapshot: PullSnapshot): boolean {
  if (isElsewhere(branch, snapshot)) return false;
  if (snapshot.state === "open" && snapshot.mergeable === null) return false;
  const present = presentFault(entry, snapshot);
  const waits = present === "checks-timed-out" || present === "checks-missing";
  if (fault === null) return (present === null || waits) && snapshot.headSha !== head;
  if (present === fault) return false;
  return present === null || waits || failureRules[fault].fault !== "task";
}

/** Returns the fault that the pull shows. Checks that run or are missing count as too late: nobody knows for how long they may. */
function presentFault(entry: Entry, snapshot: PullSnapshot): FailureClass | null {
  if (snapshot.state === "closed") return "policy-blocked";
  if ((snapshot.changeRequests ?? []).some(({ head }) => head === snapshot.headSha)) return "review-changes";
  if (snapshot.mergeable === false) return "conflict-with-base";
  const { failing, interrupted, unjudged, reasons, verdict } = judgeEntry(entry, withoutRerun(entry, snapshot));
  if (failing.length > 0) return isForPeople(entry, failing) ? "policy-blocked" : "checks-failed";
  if (interrupted.some(isNotRun)) return "environment-failed";
  if (interrupted.length > 0) return "checks-interrupted";
  if (unjudged.length > 0 || verdict === "pass") return null;
  return reasons.some((reason) => reason.verdict === "pending") ? "checks-timed-out" : "checks-missing";
}

/** A machine ends a job as neutral that it cannot run. GitHub's own machines never do. */
export function isNotRun({ conclusion, producer }: PullSnapshot["checks"][number]): boolean {
  return conclusion === "neutral" && producer.kind === "job";
}

/** Returns true where a person had the pull merge into another branch than the lane's. */
export function isElsewhere(branch: string, { base }: PullSnapshot): boolean {
  return base !== undefined && base !== branch;
}
