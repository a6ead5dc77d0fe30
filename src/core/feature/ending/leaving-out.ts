/**
 * Ends a task without a merge: a person leaves it out or did it otherwise, or there was nothing to do. The one way there, whatever the
 * task was doing: its attempt ends, its pull leaves the lane and closes, its branch goes. A merge that happens at that moment counts.
 *
 * Its dependents go on. A task that was done counts as done for them. In the place of a task that was left out they wait for what that
 * one waited for (`rules/fan-in.ts`).
 */
import { laneKey } from "../../keys.ts";
import { cancelAttempt } from "../attempt/runs.ts";
import { type Draft, hasPlan, type PlannedDraft, postNotice } from "../draft.ts";
import { isWhole, observeTarget, targetOf } from "../landing/targets.ts";
import type { Refusal } from "../refusal.ts";
import { isActive } from "../stages.ts";
import { findTask, isOver, isUnderWay } from "../state.ts";
import { failureOf, isEnded, type Task } from "../task.ts";
import { moveTask } from "../transitions.ts";
import type { Without } from "./without.ts";

/** Ends the task for a person. Returns null, or why not. `comment`: the command's, which is answered with what follows. */
export function leaveOutCommand(
  draft: Draft,
  verb: "skip" | "done",
  { task: id, by, comment, pull }: { task: string; by: string; comment: number; pull: number | undefined },
): Refusal | null {
  const { state } = draft;
  if (isOver(state)) return { kind: "over", verb, stage: state.stage };
  const task = findTask(state, id);
  if (task === undefined) {
    return { kind: "no-such-task", named: id, tasks: state.tasks.map((one) => one.plan.id), rows: false };
  }
  if (!isUnderWay(state) || !hasPlan(draft)) return { kind: "not-begun", task: id };
  if (isEnded(task)) return { kind: "task-ended", task: id, stage: task.stage };
  // Without it nothing of the feature would reach the base.
  if (verb === "skip" && isWhole(task)) return { kind: "brings-everything", task: id };
  const without: Without =
    verb === "skip" ? { why: "skipped", by } : { why: "done-otherwise", by, said: saidNothingToDo(task) };
  endWithout(draft, task, without, { comment, pull });
  return null;
}

/** The command that asked for it. `pull`: where it was written, if not on the issue. */
interface Asked {
  comment: number;
  pull: number | undefined;
}

/** Ends the task. */
export function endWithout(draft: PlannedDraft, task: Task, without: Without, asked: Asked | null = null): void {
  const { state, effects } = draft;
  const { pull, stage, branch } = task;
  const { id } = task.plan;
  if (isActive(stage)) cancelAttempt(draft, task);
  if (!moveTask(task, { type: "LEFT_OUT" }, { stage: "done", landing: null, without })) return;
  effects.push({ type: "timer.cancel", timer: `wait:${id}` });
  const target = targetOf(state, task);
  // A person may have done the work on the branch a moment ago. What depends on it starts from there.
  if (without.why === "done-otherwise") observeTarget(draft, target);
  if (pull !== null && target !== null) {
    // Its lane may be merging it at this moment. The feature does not end before the lane has answered.
    state.awaiting.push(id);
    effects.push({
      type: "send",
      to: laneKey(state.repo, target.branch),
      key: `leave-out:${state.key}:${id}:${draft.eventId}`,
      event: { type: "entry.withdrawn", feature: state.key, task: id },
    });
    effects.push({ type: "pull.close", repo: state.repo, pull });
  }
  if (task.head !== null) effects.push({ type: "branch.delete", repo: state.repo, branch });
  const dependents = state.tasks.filter((one) => one.plan.dependsOn.includes(id) && !isEnded(one) && !isWhole(one));
  const said = { task: id, without, pull, dependents: dependents.map((one) => one.plan.id) };
  postNotice(draft, { about: "task-left-out", comment: asked?.comment ?? null, ...said }, asked?.pull);
}

/** Returns the words of the agent that found nothing to change. "": it ended otherwise. */
function saidNothingToDo(task: Task): string {
  const failure = failureOf(task);
  return failure?.cause.kind === "nothing-changed" ? failure.cause.said : "";
}
