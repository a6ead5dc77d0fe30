/**
 * Every failure has a class, and each class its own edge. Only a task's own fault spends one of its tries; the others
 * are free but bounded.
 */
import { z } from "zod";
import { Cause } from "./cause.ts";

export const FailureClass = z.enum([
  "agent-failed",
  "agent-empty",
  "nothing-to-do",
  "attempt-lost",
  "attempt-timed-out",
  "checks-failed",
  "checks-interrupted",
  "checks-timed-out",
  "checks-missing",
  "conflict-with-base",
  "head-moved",
  "base-moved",
  "policy-blocked",
  "review-changes",
  "budget-exhausted",
  "provider-down",
  "platform-unknown",
  "environment-failed",
]);
export type FailureClass = z.infer<typeof FailureClass>;

/** Text for the next attempt beside the cause: a failing check's log, a review's text. */
export const FailureDetail = z.object({
  of: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("check"), name: z.string() }),
    z.object({ kind: z.literal("review"), by: z.string() }),
    z.object({ kind: z.literal("unknown"), title: z.string() }),
  ]),
  text: z.string(),
});
export type FailureDetail = z.infer<typeof FailureDetail>;

export const Failure = z.object({
  class: FailureClass,
  cause: Cause,
  details: z.array(FailureDetail).max(50),
});
export type Failure = z.infer<typeof Failure>;

/** Everything the core knows of a class of failures. */
interface FailureRule {
  /**
   * task: the task's own fault, which spends one of its tries. The others are free, but bounded. infrastructure: runners,
   * the model's provider or GitHub failed, and not the work.
   */
  fault: "task" | "elsewhere" | "infrastructure";
  /**
   * What follows without a person. again: another attempt of the same kind. repair, resolve: an attempt of that kind on the
   * task's head. resubmit: back into the lane, without an attempt. park: a person must act.
   */
  next: "again" | "repair" | "resolve" | "resubmit" | "park";
  /** The wait before that, doubled by each free failure before it. Milliseconds; 0: at once. */
  waitMs: number;
  /** The edge of `/headgate retry` for a pull that failed in the lane. resubmit: the head itself has no fault. */
  retry: "again" | "repair" | "resolve" | "resubmit";
}

/** Each class has its own edge. `ARCHITECTURE.md` shows this table. */
export const failureRules: Record<FailureClass, FailureRule> = {
  "agent-failed": { fault: "task", next: "again", waitMs: 0, retry: "again" },
  "agent-empty": { fault: "task", next: "again", waitMs: 0, retry: "again" },
  "attempt-timed-out": { fault: "task", next: "again", waitMs: 0, retry: "again" },
  "checks-failed": { fault: "task", next: "repair", waitMs: 0, retry: "repair" },
  "review-changes": { fault: "task", next: "repair", waitMs: 0, retry: "repair" },
  "attempt-lost": { fault: "infrastructure", next: "again", waitMs: 1_000, retry: "again" },
  "provider-down": { fault: "infrastructure", next: "again", waitMs: 30_000, retry: "again" },
  "platform-unknown": { fault: "infrastructure", next: "again", waitMs: 30_000, retry: "resubmit" },
  "environment-failed": { fault: "infrastructure", next: "again", waitMs: 30_000, retry: "resubmit" },
  "conflict-with-base": { fault: "elsewhere", next: "resolve", waitMs: 0, retry: "resolve" },
  "head-moved": { fault: "elsewhere", next: "resubmit", waitMs: 1_000, retry: "resubmit" },
  "base-moved": { fault: "elsewhere", next: "resubmit", waitMs: 0, retry: "resubmit" },
  "checks-interrupted": { fault: "elsewhere", next: "park", waitMs: 0, retry: "resubmit" },
  "checks-timed-out": { fault: "elsewhere", next: "park", waitMs: 0, retry: "resubmit" },
  "checks-missing": { fault: "elsewhere", next: "park", waitMs: 0, retry: "resubmit" },
  "policy-blocked": { fault: "elsewhere", next: "park", waitMs: 0, retry: "resubmit" },
  "nothing-to-do": { fault: "elsewhere", next: "park", waitMs: 0, retry: "again" },
  "budget-exhausted": { fault: "elsewhere", next: "park", waitMs: 0, retry: "again" },
};

export function spendsTry(failure: FailureClass): boolean {
  return failureRules[failure].fault === "task";
}

export function isInfrastructure(failure: FailureClass): boolean {
  return failureRules[failure].fault === "infrastructure";
}

/** Returns whether another attempt of an agent can fix it. A head that failed otherwise can only be judged again. */
export function attemptCanFix(failure: FailureClass): boolean {
  return failureRules[failure].retry !== "resubmit";
}

const LONGEST_WAIT_MS = 5 * 60_000;

/** Returns the back-off after this failure in milliseconds. `free` counts the task's free failures before it. */
export function waitFor(failure: FailureClass, free: number): number {
  return Math.min(failureRules[failure].waitMs * 2 ** Math.min(free, 20), LONGEST_WAIT_MS);
}
