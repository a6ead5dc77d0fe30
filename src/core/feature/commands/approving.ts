/** Approves, for a person, the changes of a task's pull that wait in the lane. The approval binds to what was shown when it was written. */
import { laneKey } from "../../keys.ts";
import type { Draft } from "../draft.ts";
import { targetOf } from "../landing/targets.ts";
import { approveCommand } from "../planning/approval.ts";
import type { Refusal } from "../refusal.ts";
import { type FeatureState, findTask, isOver } from "../state.ts";
import type { Task, TaskAt } from "../task.ts";

/** The author of an approving comment, and when it was written by GitHub's clock. */
interface Written {
  by: string;
  at: number;
}

/** Approves a plan. A word such as `v2` may also be a task's id: it names the task once the plan is approved. */
export function approvePlan(draft: Draft, version: number | null, written: Written): Refusal | null {
  const { state } = draft;
  const isSettled = state.stage !== "planning" && state.stage !== "proposed";
  const named = [`v${version}`, `version${version}`, `${version}`].find((id) => findTask(state, id) !== undefined);
  if (isSettled && version !== null && named !== undefined) return approveTask(draft, named, written);
  const refusal = approveCommand(draft, written.by, version, written.at);
  if (refusal?.kind !== "plan-settled") return refusal;
  const waiting = state.tasks.filter(waitsForApproval).map((task) => task.plan.id);
  return waiting.length === 0 ? refusal : { ...refusal, waiting };
}

export function approveTask(draft: Draft, id: string, written: Written): Refusal | null {
  const { state } = draft;
  if (isOver(state)) return { kind: "over", verb: "approve-task", stage: state.stage };
  const task = findTask(state, id);
  if (task === undefined) return unknownTask(state, id);
  const target = targetOf(state, task);
  if (!waitsForApproval(task) || target === null) return { kind: "nothing-to-approve", task: id };
  const { approvalAsked: asked, pull } = task;
  if (asked === null || written.at < asked.since) return { kind: "changes-unseen", task: id, pull };
  draft.effects.push({
    type: "send",
    to: laneKey(state.repo, target.branch),
    key: `approved:${state.key}:${pull}:${asked.number}`,
    event: { type: "entry.approved", pull, number: asked.number, by: written.by },
  });
  return null;
}

function waitsForApproval(task: Task): task is TaskAt<"in-lane"> {
  return task.stage === "in-lane" && task.entry.standing?.kind === "approval";
}

function unknownTask(state: FeatureState, id: string): Refusal {
  const tasks = state.tasks.map((task) => task.plan.id);
  if (tasks.length === 0) return { kind: "no-plan", wanted: "approve" };
  return { kind: "no-such-task", named: id, tasks, rows: false };
}
