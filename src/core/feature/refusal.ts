/** Why a slash command was not carried out, as a value. `messages/explain/refusal.ts` makes the answer. */
import { z } from "zod";
import { PlanProblem } from "../plan/problem.ts";
import { FeatureStage, TaskStage } from "./stages.ts";

export const Refusal = z.discriminatedUnion("kind", [
  /** A sentence that an older version was about to post. */
  z.object({ kind: z.literal("unknown"), text: z.string() }),
  /** GitHub did not say whether the sender may give commands. */
  z.object({ kind: z.literal("permission-unknown") }),
  /** The feature is over. */
  z.object({
    kind: z.literal("over"),
    verb: z.enum(["hold", "resume", "cancel", "retry", "skip", "done", "budget", "approve-task"]),
    stage: FeatureStage,
  }),
  /** The cancel was written before the rollback began, so it was about the feature. */
  z.object({ kind: z.literal("rollback-unseen") }),
  z.object({ kind: z.literal("nothing-stopped") }),
  /** No task waits or is parked. */
  z.object({ kind: z.literal("nothing-to-retry") }),
  /** A later `hold` or `resume` was carried out before it arrived. */
  z.object({ kind: z.literal("overtaken") }),
  /** The budget has no limit in dollars, so that none can be added. */
  z.object({ kind: z.literal("no-dollar-limit") }),
  /** `rows`: a task may also be named by its row in the plan comment. */
  z.object({ kind: z.literal("no-such-task"), named: z.string(), tasks: z.array(z.string()), rows: z.boolean() }),
  z.object({ kind: z.literal("not-retryable"), task: z.string(), stage: TaskStage }),
  /** The plan is not carried out yet. A task leaves it by `plan drop`. */
  z.object({ kind: z.literal("not-begun"), task: z.string() }),
  z.object({ kind: z.literal("task-ended"), task: z.string(), stage: TaskStage }),
  /** The task brings the others to the base. Without it none of them would get there. */
  z.object({ kind: z.literal("brings-everything"), task: z.string() }),
  /** There is no plan yet that could be approved or changed. */
  z.object({ kind: z.literal("no-plan"), wanted: z.enum(["approve", "change"]) }),
  /** The plan is being carried out, or was. `waiting`: tasks whose changes a person can approve. */
  z.object({
    kind: z.literal("plan-settled"),
    wanted: z.enum(["approve", "change"]),
    stage: FeatureStage,
    waiting: z.array(z.string()).optional(),
  }),
  /** The repository is not ready, so that nothing can be planned. */
  z.object({ kind: z.literal("not-ready") }),
  /** Another version of the plan than the present one was named. */
  z.object({ kind: z.literal("other-version"), named: z.number(), current: z.number() }),
  /** A later plan is being made. */
  z.object({ kind: z.literal("planned-anew") }),
  /** The approval was written before people could read the present plan. */
  z.object({ kind: z.literal("plan-unseen"), current: z.number() }),
  /** No change of the task's pull waits for an approval. */
  z.object({ kind: z.literal("nothing-to-approve"), task: z.string() }),
  /** The approval was written before people could read that these changes wait. */
  z.object({ kind: z.literal("changes-unseen"), task: z.string(), pull: z.number() }),
  z.object({ kind: z.literal("plan-invalid"), problems: z.array(PlanProblem) }),
]);
export type Refusal = z.infer<typeof Refusal>;
