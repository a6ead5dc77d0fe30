/**
 * The circuit breakers. A task's trips when the same failure comes twice: the agent makes no progress, and another try would
 * cost the same again. A feature's trips when too many of its tasks fail, or when the machinery around them does.
 */
import { type Failure, type FailureClass, isInfrastructure, spendsTry } from "../failure.ts";

/** closed: attempts start. open: none start. half-open: one try shows whether the fault is fixed. */
export type Breaker = "closed" | "open" | "half-open";

/**
 * Takes away what differs between two runs of the same failure: numbers, hashes, times, temporary paths. The same
 * fingerprint twice means no progress.
 */
export function fingerprint(failure: Pick<Failure, "class" | "cause">): string {
  const { kind, ...rest } = failure.cause;
  const cause = [kind, ...Object.values(rest).map((value) => JSON.stringify(value) ?? "")]
    .join(" ")
    .toLowerCase()
    .replace(/\b[0-9a-f]{7,64}\b/g, "#")
    .replace(/\d+(?:[.,:]\d+)*/g, "#")
    .replace(/\/(?:tmp|var|home|private)\/\S+/g, "/…")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, 500);
  return `${failure.class}: ${cause}`;
}

/** The task's breaker after a failure of its own. `last`: the fingerprint before it; null: there was none, or work since. */
export function taskBreaker(before: Breaker, last: string | null, failure: Pick<Failure, "class" | "cause">): Breaker {
  if (!spendsTry(failure.class)) return before;
  if (before === "half-open") return "open";
  return last !== null && last === fingerprint(failure) ? "open" : before;
}

/** One failure or success of any of the feature's attempts, oldest first. null: it succeeded. */
export type Ending = FailureClass | null;

/** So many in a row without one success between them: the machinery is down, not the agents. */
const INFRASTRUCTURE_ROW = 6;
/** With fewer tasks a share is meaningless. */
const FEWEST_PARKED = 3;
const PARKED_SHARE = 0.5;

export type FeatureBreakerVerdict =
  | { state: "closed" }
  /** `attempts` in a row were lost. */
  | { state: "open"; kind: "infrastructure"; attempts: number }
  /** So many of all tasks are parked through their own fault. */
  | { state: "open"; kind: "tasks"; failed: number; total: number };

export function featureBreaker(
  endings: readonly Ending[],
  tasks: { total: number; parkedByFault: number },
): FeatureBreakerVerdict {
  const row = endings.slice(-INFRASTRUCTURE_ROW);
  if (row.length === INFRASTRUCTURE_ROW && row.every((ending) => ending !== null && isInfrastructure(ending))) {
    return { state: "open", kind: "infrastructure", attempts: INFRASTRUCTURE_ROW };
  }
  const { total, parkedByFault } = tasks;
  if (parkedByFault >= FEWEST_PARKED && parkedByFault >= total * PARKED_SHARE) {
    return { state: "open", kind: "tasks", failed: parkedByFault, total };
  }
  return { state: "closed" };
}
