/** Judges whether anything about a feature still happens without a person. */
import type { TaskStage } from "../feature/stages.ts";
import type { FeatureState } from "../feature/state.ts";
import { isOver, isPlannedAnew } from "../feature/state.ts";
import type { Task } from "../feature/task.ts";
import { actorOf } from "../lane/standing.ts";

export type Activity = "going" | "waits-for-person" | "over";

/** Stages that a task leaves by itself, unless there is a hold. */
const moving: readonly TaskStage[] = ["dispatching", "working", "promoting", "waiting"];

export function activityOf(state: FeatureState): Activity {
  if (isOver(state)) return "over";
  if (state.closed !== null) return "waits-for-person";
  if (state.stage === "planning") {
    // An observation that was under way at the hold leads to no plan.
    const stopped = state.parked !== null || (state.hold !== null && !state.planAwaited);
    return stopped ? "waits-for-person" : "going";
  }
  if (state.stage === "proposed") {
    // Counts as working: a plan cannot be approved before its comment is posted.
    const readable = state.plan.shownAt !== null && !isPlannedAnew(state);
    return readable || state.parked !== null ? "waits-for-person" : "going";
  }
  if (state.awaiting.length > 0) return "going";
  if (state.tasks.some((task) => moving.includes(task.stage))) return "going";
  if (state.tasks.some((task) => isMovingInLane(task))) return "going";
  if (state.hold !== null || state.parked !== null) return "waits-for-person";
  // A task that waits for another's files starts when that one is done.
  const startable = state.tasks.some((task) => task.stage === "ready" && task.delay?.cause !== "files");
  return startable ? "going" : "waits-for-person";
}

function isMovingInLane(task: Task): boolean {
  if (task.stage !== "in-lane") return false;
  const { standing, checking } = task.entry;
  // Its checks may still fail, and an agent then repairs what a person would have to approve.
  if (standing?.kind === "approval" && checking) return true;
  return standing === null || actorOf(standing) !== "person";
}
