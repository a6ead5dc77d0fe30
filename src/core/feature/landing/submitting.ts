/** Submits pulls to the lanes, and sends the lanes what concerns all entries of the feature. */
import type { Effect } from "../../effect.ts";
import { laneKey } from "../../keys.ts";
import type { Draft, PlannedDraft } from "../draft.ts";
import type { Task } from "../task.ts";
import { moveTask } from "../transitions.ts";
import { targetOf } from "./targets.ts";

type SentEvent = Extract<Effect, { type: "send" }>["event"];

/** Sends the event to each lane that may hold entries of this feature. */
export function sendToLanes({ state, effects }: Draft, event: SentEvent, key: string): void {
  for (const target of [state.base, state.land]) {
    if (target !== null) effects.push({ type: "send", to: laneKey(state.repo, target.branch), key, event });
  }
}

/**
 * Submits the task's pull to its lane. Returns false where there is none, or the task's machine does not take `why`. `retried`: for a
 * person, who is owed an attempt if the lane finds the pull's fault again.
 */
export function submitPull(
  draft: PlannedDraft,
  task: Task,
  why: { type: "SUBMITTED" | "RESUBMIT" | "HEALED"; retried?: boolean },
): boolean {
  const { state } = draft;
  const { head, pull } = task;
  const target = targetOf(state, task);
  if (pull === null || head === null || target === null) return false;
  // Until the lane says otherwise.
  const entry = { standing: null, checking: true };
  const { type, retried = false } = why;
  const part = { stage: "in-lane" as const, head, pull, entry, ...(retried ? { retried } : {}) };
  if (!moveTask(task, { type }, part)) return false;
  draft.effects.push({
    type: "send",
    to: laneKey(state.repo, target.branch),
    key: `submit:${state.key}:${task.plan.id}:${draft.eventId}`,
    event: {
      type: "entry.submitted",
      repo: state.repo,
      branch: target.branch,
      entry: {
        feature: state.key,
        task: task.plan.id,
        pull,
        branch: task.branch,
        head,
        title: task.plan.title,
        checks: state.checks,
        neutral: state.policy.neutral,
        noRepair: state.policy.noRepair,
        gateSurface: state.policy.gateSurface,
        reachesBase: target !== state.land,
        method: state.policy.merge.method,
        // A merge into the integration branch does not reach the base. `ready` applies to the merge of the whole.
        mode: target === state.land ? "auto" : state.policy.merge.mode,
        checksMinutes: state.policy.checksMinutes,
        ...(state.policy.missingMinutes === undefined ? {} : { missingMinutes: state.policy.missingMinutes }),
        ...(state.appearances === undefined ? {} : { appearances: state.appearances }),
        held: state.hold !== null || state.closed !== null || state.mergingStopped,
      },
    },
  });
  return true;
}

/** Tells the lane that its ejected entry waits for a person, so that it offers the entry once nothing is wrong with it. */
export function reportParked({ state, effects, eventId }: PlannedDraft, task: Task): void {
  const target = targetOf(state, task);
  if (task.pull === null || target === null) return;
  effects.push({
    type: "send",
    to: laneKey(state.repo, target.branch),
    key: `parked:${state.key}:${task.plan.id}:${eventId}`,
    event: { type: "entry.parked", pull: task.pull },
  });
}

/** Has the text of the task's pull follow its head. */
export function describePull({ state, effects }: PlannedDraft, task: Task): void {
  const target = targetOf(state, task);
  if (task.pull === null || target === null) return;
  effects.push({
    type: "pull.describe",
    repo: state.repo,
    pull: task.pull,
    task: task.plan.id,
    branch: task.branch,
    base: target.branch,
    issue: state.issue.number,
    checks: state.checks,
    gateSurface: state.policy.gateSurface,
    reachesBase: target !== state.land,
  });
}
