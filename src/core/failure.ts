/**
 * Every failure has a class, and each class its own edge. Only a task's own fault spends one of its tries; the others
 * are free but bounded.
 */
import { z } from "zod";
import { Cause } from "./cause.ts";

export const FailureClass = z.enum([
  "agent-failed",
  "agent-empty",
  "attempt-lost",
  "attempt-timed-out",
  "checks-failed",
  "checks-interrupted",
  "checks-timed-out",
  "checks-missing",
  "conflict-with-base",
  "conflict-with-ahead",
  "head-moved",
  "base-moved",
  "policy-blocked",
  "review-changes",
  "budget-exhausted",
  "provider-down",
  "platform-unknown",
]);
export type FailureClass = z.infer<typeof FailureClass>;

/** What the next attempt should read beside the cause: a failing check's log, a review's text. */
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

/**
 * `next`: again = the same kind of attempt; repair, resolve = an attempt of that kind on the task's head; resubmit = no
 * attempt, back into the lane; park = a person must act.
 */
interface Edge {
  fault: "task" | "elsewhere";
  next: "again" | "repair" | "resolve" | "resubmit" | "park";
  /** Wait before going on, doubling with each free failure. Milliseconds; 0: at once. */
  waitMs: number;
}

export const edges: Record<FailureClass, Edge> = {
  "agent-failed": { fault: "task", next: "again", waitMs: 0 },
  "agent-empty": { fault: "task", next: "again", waitMs: 0 },
  "attempt-timed-out": { fault: "task", next: "again", waitMs: 0 },
  "checks-failed": { fault: "task", next: "repair", waitMs: 0 },
  "review-changes": { fault: "task", next: "repair", waitMs: 0 },
  "attempt-lost": { fault: "elsewhere", next: "again", waitMs: 1_000 },
  "provider-down": { fault: "elsewhere", next: "again", waitMs: 30_000 },
  "platform-unknown": { fault: "elsewhere", next: "again", waitMs: 30_000 },
  "conflict-with-base": { fault: "elsewhere", next: "resolve", waitMs: 0 },
  "conflict-with-ahead": { fault: "elsewhere", next: "resubmit", waitMs: 0 },
  "head-moved": { fault: "elsewhere", next: "resubmit", waitMs: 1_000 },
  "base-moved": { fault: "elsewhere", next: "resubmit", waitMs: 0 },
  "checks-interrupted": { fault: "elsewhere", next: "park", waitMs: 0 },
  "checks-timed-out": { fault: "elsewhere", next: "park", waitMs: 0 },
  "checks-missing": { fault: "elsewhere", next: "park", waitMs: 0 },
  "policy-blocked": { fault: "elsewhere", next: "park", waitMs: 0 },
  "budget-exhausted": { fault: "elsewhere", next: "park", waitMs: 0 },
};

const LONGEST_WAIT_MS = 5 * 60_000;

/** How long to wait before going on after this failure; `free` counts the task's free failures before it. */
export function waitFor(failure: FailureClass, free: number): number {
  return Math.min(edges[failure].waitMs * 2 ** Math.min(free, 20), LONGEST_WAIT_MS);
}
