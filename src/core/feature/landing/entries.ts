/** Reacts to what the lanes report of this feature's entries. */
import { isSameList, isSameStanding } from "../../lane/standing.ts";
import { failTask } from "../attempt/failing.ts";
import { continueAfterLook } from "../attempt/recovering.ts";
import { cancelAttempt } from "../attempt/runs.ts";
import { type Draft, type EventOf, hasPlan, type Reaction } from "../draft.ts";
import { isActive } from "../stages.ts";
import type { FeatureState } from "../state.ts";
import { findTask, isOver } from "../state.ts";
import { type Landing, landingOf, type Task } from "../task.ts";
import { moveTask } from "../transitions.ts";
import { addUndo } from "./rollback.ts";
import { describePull, submitPull } from "./submitting.ts";
import { observeTarget, targetOf } from "./targets.ts";

function taskOfPull(state: FeatureState, event: { task: string; pull: number }): Task | null {
  const task = findTask(state, event.task);
  return task !== undefined && task.pull === event.pull ? task : null;
}

export function onEntryExplained(draft: Draft, event: EventOf<"entry.explained">): Reaction {
  const { state, at } = draft;
  const task = taskOfPull(state, event);
  if (task?.stage !== "in-lane") return "stale-observation";
  const { standing, checking, wishes = [] } = event;
  const isSame = isSameStanding(task.entry.standing, standing) && task.entry.checking === checking;
  if (isSame && isSameList(task.entry.wishes ?? [], wishes)) return "duplicate";
  task.entry = { standing, checking, ...(wishes.length > 0 ? { wishes } : {}) };
  if (standing.kind === "approval" && recordAsked(task, standing.number, at) && hasPlan(draft))
    describePull(draft, task);
  return null;
}

/**
 * Records since when a comment can be about the changes that wait. Returns false where the same ones waited before. GitHub's times
 * are whole seconds. So a comment of the same second counts only where no other changes waited before: it may be about those.
 */
function recordAsked(task: Task, number: number, at: number): boolean {
  if (task.approvalAsked?.number === number) return false;
  task.approvalAsked = { number, since: task.approvalAsked === null ? Math.floor(at / 1_000) * 1_000 : at + 1 };
  return true;
}

export function onEntryLanded(draft: Draft, event: EventOf<"entry.landed">): Reaction {
  const { state } = draft;
  const task = taskOfPull(state, event);
  if (!hasPlan(draft) || task === null || landingOf(task) !== null) return "duplicate";
  countGate(task, event.gateMs);
  task.head = event.head;
  task.breaker = "closed";
  task.fingerprint = null;
  // Drops the instructions: the pull shows them, and the state is read and written with every event.
  task.plan = { ...task.plan, description: "", acceptance: [], checks: [] };
  draft.effects.push({ type: "branch.delete", repo: state.repo, branch: task.branch });
  if (isActive(task.stage)) cancelAttempt(draft, task);
  const { order, base, mergeSha, mergedAt, head, testedTree, landedTree, judgedBy } = event;
  recordLanding(task, { order, base, mergeSha, mergedAt, head, testedTree, landedTree, judgedBy });
  const target = targetOf(state, task);
  if (target !== null) target.sha = mergeSha;
  if (!isOver(state)) observeTarget(draft, target);
  stopAwaiting(state, task.plan.id);
  if (state.stage === "rolling-back" && task.undoes === null) addUndo(draft, task.plan.id);
  return null;
}

/** Records a merge, also one that arrives after its feature was cancelled: a rollback reverts it too. */
function recordLanding(task: Task, landing: Landing): void {
  if ("landing" in task) task.landing = landing;
  else moveTask(task, { type: "LANDED" }, { stage: "done", landing, without: null });
}

export function onEntryEjected(draft: Draft, event: EventOf<"entry.ejected">): Reaction {
  const { state } = draft;
  const task = taskOfPull(state, event);
  if (task !== null && stopAwaiting(state, event.task)) return null;
  if (!hasPlan(draft) || task?.stage !== "in-lane") return "stale-observation";
  task.head = event.head;
  countGate(task, event.gateMs);
  if (event.failure.class === "conflict-with-base") observeTarget(draft, targetOf(state, task));
  if (continueAfterLook(draft, task, event)) return null;
  return failTask(draft, task, event.failure, { where: "lane" });
}

/** Continues by itself, where nobody works on the branch. Gives no tries back: a check that flaps must not pay agents for ever. */
export function onEntryHealed(draft: Draft, event: EventOf<"entry.healed">): Reaction {
  const task = taskOfPull(draft.state, event);
  if (!hasPlan(draft) || isOver(draft.state) || task === null) return "stale-observation";
  if (task.stage !== "parked" && task.stage !== "waiting" && task.stage !== "ready") return "stale-observation";
  if (task.stage === "waiting") draft.effects.push({ type: "timer.cancel", timer: `wait:${task.plan.id}` });
  task.head = event.head;
  return submitPull(draft, task, { type: "HEALED" }) ? null : "guard-refused";
}

export function onEntryLeft({ state }: Draft, event: EventOf<"entry.left">): Reaction {
  return stopAwaiting(state, event.task) ? null : "duplicate";
}

/** Stops waiting for the outcome of a task that was given up. Returns false where the feature did not wait. */
function stopAwaiting(state: FeatureState, task: string): boolean {
  if (!state.awaiting.includes(task)) return false;
  state.awaiting = state.awaiting.filter((id) => id !== task);
  return true;
}

/** Adds up the time of the gate. Bounds the sum, because a lane may report any time and the store refuses larger numbers. */
function countGate(task: Task, ms: number): void {
  task.gateMs = Math.min(task.gateMs + ms, Number.MAX_SAFE_INTEGER);
}
