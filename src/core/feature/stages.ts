/** Names the stages of a feature and of its tasks, and says what a stage alone decides. */
import { z } from "zod";

export const FeatureStage = z.enum([
  "planning",
  "proposed",
  "executing",
  "rolling-back",
  "completed",
  "cancelled",
  "failed",
]);
export type FeatureStage = z.infer<typeof FeatureStage>;

export const TaskStage = z.enum([
  "blocked",
  "ready",
  "dispatching",
  "working",
  "promoting",
  "in-lane",
  "waiting",
  "parked",
  "done",
  "cancelled",
]);
export type TaskStage = z.infer<typeof TaskStage>;

/** Stages in which a task holds one of the feature's slots. */
export function isActive(stage: TaskStage): boolean {
  return stage === "dispatching" || stage === "working";
}
