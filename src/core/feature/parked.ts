/** Why a feature needs a person, or pauses, as values. `messages/explain/parked.ts` makes the sentences. */
import { z } from "zod";
import { Cause } from "../cause.ts";
import { PlanProblem } from "../plan/problem.ts";
import { Problem } from "../preflight/index.ts";

/** Problems of a plan that a feature keeps. The notice about them lists more. */
export const KEPT_PROBLEMS = 3;

/** Parts of a budget. */
export const Resource = z.enum(["usd", "tokens", "minutes"]);
export type Resource = z.infer<typeof Resource>;

/** Why a feature stopped by itself and needs a person. */
export const Parked = z.discriminatedUnion("kind", [
  /** A sentence that a version before schema 6 stored. */
  z.object({ kind: z.literal("unknown"), text: z.string() }),
  /** A person without write access added the label. */
  z.object({ kind: z.literal("label-unauthorised"), by: z.string() }),
  /** The repository lacks what a feature needs. */
  z.object({ kind: z.literal("not-ready"), problems: z.array(Problem) }),
  z.object({ kind: z.literal("plan-failed"), cause: Cause }),
  z.object({ kind: z.literal("plan-invalid"), problems: z.array(PlanProblem).max(KEPT_PROBLEMS) }),
  /** The planner waits for answers to the feature's `questions`. */
  z.object({ kind: z.literal("questions-open") }),
  /** The remaining budget of these resources does not allow another attempt. */
  z.object({ kind: z.literal("budget-short"), of: z.array(Resource) }),
  /** The feature's circuit breaker tripped because so many tasks are parked through their own fault. */
  z.object({ kind: z.literal("tasks-failing"), failed: z.number(), total: z.number() }),
  /** A branch that tasks land on no longer exists. `sha`: its last known tip. */
  z.object({ kind: z.literal("branch-gone"), branch: z.string(), sha: z.string() }),
  /** A branch that tasks land on was force-pushed, and `lost`, which a task merged as, is not in it any more. */
  z.object({ kind: z.literal("branch-rewritten"), branch: z.string(), lost: z.string() }),
  /** An effect that the feature depends on was tried as often as it may be. */
  z.object({
    kind: z.literal("effect-failed"),
    effect: z.enum(["feature.observe", "plan.make", "plan.publish", "branch.create", "branch.observe"]),
    cause: Cause,
  }),
]);
export type Parked = z.infer<typeof Parked>;

/** Why a feature's circuit breaker paused it. It continues by itself. */
export const Trip = z.discriminatedUnion("kind", [
  /** A sentence that a version before schema 6 stored. */
  z.object({ kind: z.literal("unknown"), text: z.string() }),
  /** So many attempts in a row were lost to runners, the model's provider or GitHub. */
  z.object({ kind: z.literal("lost-in-a-row"), attempts: z.number() }),
  /** The one attempt that was to show whether the machinery works again was lost too. */
  z.object({ kind: z.literal("trial-lost") }),
]);
export type Trip = z.infer<typeof Trip>;
