/** What people may ask of a running feature, and what it leads to. */

import { MAX_COMMANDS } from "../command.ts";
import type { Effect, Notice } from "../effect.ts";
import type { FeatureEvent } from "../event.ts";
import { failureRules } from "../failure.ts";
import { breakerDue } from "./attempt/allowance.ts";
import { cancelAttempt, promote } from "./attempt/attempts.ts";
import type { Draft, Reaction } from "./draft.ts";
import { advanceFeature, advanceTask, nextRound, sendToLanes, submit } from "./draft.ts";
import { addUndo, takesBack } from "./landing/rollback.ts";
import { refreshTargets } from "./landing/targets.ts";
import { approveCommand, takeEditedText } from "./planning/approval.ts";
import { dropTask, planAgain, putAfter } from "./planning/edits.ts";
import { showPlan } from "./planning/showing.ts";
import type { Refusal } from "./refusal.ts";
import { isActive, isSatisfied } from "./stages.ts";
import type { FeatureState, Task } from "./state.ts";
import { findTask, isOver } from "./state.ts";

type EventOf<Type extends FeatureEvent["type"]> = Extract<FeatureEvent, { type: Type }>;

function notice(state: FeatureState, content: Notice): Effect {
  return { type: "notice.post", repo: state.repo, issue: state.issue.number, notice: content };
}

function react(state: FeatureState, comment: number, content: "eyes" | "+1" | "confused"): Effect {
  return { type: "reaction.add", repo: state.repo, comment, content };
}

/** A command waits until the permission of who gave it is known. */
export function commandGiven(draft: Draft, event: EventOf<"command.given">): Reaction {
  const { state } = draft;
  // Talk among people, but for when the planner has asked.
  if (event.command.verb === "answer" && state.questions === null) return "not-accepted-here";
  const isPending = state.pendingCommands.some((pending) => pending.comment === event.comment);
  // Whose permission was asked for once: it would not be asked for again, and later commands wait for their turn.
  if (isPending || state.answeredCommands.includes(event.comment)) return "duplicate";
  state.pendingCommands = [
    ...state.pendingCommands.slice(-49),
    { comment: event.comment, by: event.by, writtenAt: event.writtenAt, command: event.command, permission: null },
  ];
  if (event.command.verb !== "answer") draft.effects.push(react(state, event.comment, "eyes"));
  draft.effects.push({ type: "permission.observe", repo: state.repo, comment: event.comment, by: event.by });
  return null;
}

export function permissionObserved(draft: Draft, event: EventOf<"permission.observed">): Reaction {
  const { state } = draft;
  const pending = state.pendingCommands.find((command) => command.comment === event.comment);
  if (pending === undefined) return "duplicate";
  pending.permission = event.permission;
  answerInTurn(draft);
  return event.permission === "write" || event.permission === "admin" ? null : "unauthorised";
}

/** Commands are carried out in the order in which they were given, whichever permission is known first. */
function answerInTurn(draft: Draft): void {
  const { state } = draft;
  for (
    let next = state.pendingCommands[0];
    next !== undefined && next.permission !== null;
    next = state.pendingCommands[0]
  ) {
    settle(state, next.comment);
    answer(draft, next);
  }
}

function settle(state: FeatureState, comment: number): void {
  state.pendingCommands = state.pendingCommands.filter((pending) => pending.comment !== comment);
  state.answeredCommands = [...state.answeredCommands, comment].slice(-MAX_COMMANDS);
}

/** GitHub would not say who gave it: then nobody who may. */
export function permissionUnknown(draft: Draft, key: string): Reaction {
  const { state } = draft;
  const pending = state.pendingCommands.find((command) => key === `permission.observe:${command.comment}`);
  if (pending === undefined) return "duplicate";
  const refusal = { kind: "permission-unknown" as const };
  draft.effects.push(notice(state, { about: "refused-command", comment: pending.comment, refusal }));
  settle(state, pending.comment);
  answerInTurn(draft);
  return null;
}

function answer(draft: Draft, given: FeatureState["pendingCommands"][number]): void {
  const { state } = draft;
  if (given.permission !== "write" && given.permission !== "admin") {
    // Whoever only talks is not told that they may not give commands.
    if (given.command.verb === "answer") return;
    draft.effects.push(notice(state, { about: "unauthorised-command", by: given.by, comment: given.comment }));
    return;
  }
  const refusal = perform(draft, given);
  if (refusal !== null) {
    draft.effects.push(react(state, given.comment, "confused"));
    draft.effects.push(notice(state, { about: "refused-command", comment: given.comment, refusal }));
  } else if (given.command.verb !== "malformed") {
    draft.effects.push(react(state, given.comment, "+1"));
  }
}

/** Carries the command out. Returns null, or why not. */
function perform(draft: Draft, given: FeatureState["pendingCommands"][number]): Refusal | null {
  const { by, command, comment, writtenAt } = given;
  const { state } = draft;
  switch (command.verb) {
    case "status":
      return null;
    case "help":
      draft.effects.push(notice(state, { about: "help", comment }));
      return null;
    case "malformed":
      draft.effects.push(
        notice(state, { about: "malformed-command", comment, text: command.text, fault: command.fault }),
      );
      return null;
    case "hold":
      if (isOver(state)) return { kind: "over", verb: "hold", stage: state.stage };
      hold(draft, by, "command");
      return null;
    case "resume":
      return resume(draft, by);
    case "cancel":
      if (isOver(state)) return { kind: "over", verb: "cancel", stage: state.stage };
      cancel(draft, by);
      return null;
    case "retry":
      return retry(draft, command.task);
    case "budget":
      return raise(draft, command.usd);
    case "approve":
      return approveCommand(draft, by, command.version, writtenAt);
    case "plan":
      return planAgain(draft, command.guidance);
    case "drop":
      return dropTask(draft, command.task);
    case "after":
      return putAfter(draft, command.task, command.needs);
    case "answer":
      // What was said is read with the discussion.
      return state.questions === null ? null : planAgain(draft, "");
  }
}

function raise(draft: Draft, usd: number): Refusal | null {
  const { state } = draft;
  if (isOver(state)) return { kind: "over", verb: "budget", stage: state.stage };
  if (state.policy?.budget.usd === null) return { kind: "no-dollar-limit" };
  state.extraUsd += usd;
  state.warned = state.warned.filter((kind) => kind !== "usd");
  if (state.parked?.kind === "budget-short") state.parked = null;
  return null;
}

export function hold(draft: Draft, by: string, cause: "command" | "label"): void {
  const { state } = draft;
  // Said again it counts again: a look may be under way for somebody who wanted to go on before.
  state.stoppedIn = nextRound(state);
  const isNews = state.hold === null;
  // The label that comes back does not undo a command.
  if (!isNews && cause === "label") return;
  state.hold = { by, cause };
  if (!isNews) return;
  sendToLanes(
    draft,
    { type: "entries.held", feature: state.key, held: true, lifts: false },
    `hold:${state.key}:${state.stoppedIn}`,
  );
}

function resume(draft: Draft, by: string): Refusal | null {
  const { state } = draft;
  if (isOver(state)) return { kind: "over", verb: "resume", stage: state.stage };
  const inLane = state.tasks.some((task) => task.stage === "in-lane");
  const paused = state.breaker.state === "open";
  const stopped = state.hold !== null || state.parked !== null;
  if (!stopped && !inLane && !paused) return { kind: "nothing-stopped" };
  if (state.hold?.cause === "label") state.ignoresLabel = true;
  goOn(draft);
  if (!stopped || state.stage !== "planning") return null;
  takeEditedText(state);
  // What was on its way to a plan may have ended at the hold.
  if (!state.planAwaited) observeFeature(draft, by);
  return null;
}

/** Nothing that stopped it before stops it any more. */
export function goOn(draft: Draft): void {
  const { state } = draft;
  const inLane = state.tasks.some((task) => task.stage === "in-lane");
  breakerDue(state);
  if (state.hold !== null || inLane) {
    state.hold = null;
    // Also lifts a halt of the lane itself.
    sendToLanes(
      draft,
      { type: "entries.held", feature: state.key, held: state.mergingStopped, lifts: true },
      `resume:${state.key}:${nextRound(state)}`,
    );
  }
  if (state.parked !== null) {
    state.parked = null;
    if (state.stage === "proposed") showPlan(draft);
    refreshTargets(draft);
  }
}

/** Observe the repository (again) on the way to a plan. */
export function observeFeature(draft: Draft, by: string): void {
  const { state } = draft;
  state.round += 1;
  draft.effects.push({
    type: "feature.observe",
    repo: state.repo,
    issue: state.issue.number,
    by,
    round: state.round,
  });
}

/** For good. What has landed stays; everything else stops. */
export function cancel(draft: Draft, by: string): void {
  const { state } = draft;
  const planning = state.stage === "planning";
  const revert = takesBack(state);
  if (!advanceFeature(state, givingUp(state, revert))) return;
  if (planning) draft.effects.push({ type: "withdraw", key: `plan.make:${state.planVersion}` });
  state.endedBy = by;
  state.hold = null;
  // Also a look that failed may have parked it, and what is taken back starts from what it would have seen.
  if (state.parked !== null && state.stage === "rolling-back") refreshTargets(draft);
  state.parked = null;
  state.mergingStopped = false;
  state.awaiting = [];
  state.stoppedIn = nextRound(state);
  for (const task of state.tasks) {
    if (isActive(task.stage)) cancelAttempt(draft, task);
    // Its lane may be merging it at this moment.
    if (state.stage === "rolling-back" && mayBeMerging(task)) state.awaiting.push(task.plan.id);
    const wasOpen = task.pull !== null && task.stage !== "done";
    if (advanceTask(task, { type: "CANCEL" }) && wasOpen && task.pull !== null) {
      draft.effects.push({ type: "pull.close", repo: state.repo, pull: task.pull });
    }
  }
  sendToLanes(
    draft,
    { type: "entry.withdrawn", feature: state.key, task: null },
    `cancel:${state.key}:${draft.eventId}`,
  );
  if (state.stage === "rolling-back") {
    for (const task of state.awaiting) {
      sendToLanes(
        draft,
        { type: "entry.withdrawn", feature: state.key, task },
        `cancel:${state.key}:${task}:${draft.eventId}`,
      );
    }
    for (const id of revert ?? []) addUndo(draft, id);
    return;
  }
  state.endedAt = draft.at;
  if (state.land !== null) {
    draft.effects.push({ type: "branch.delete", repo: state.repo, branch: state.land.branch });
  }
  draft.effects.push({ type: "timer.cancel", timer: "sweep" });
}

/** A lane has its entry. Also one that is away for a repair: a person may have merged it. */
function mayBeMerging(task: Task): boolean {
  return task.pull !== null && task.landing === null && !isSatisfied(task.stage);
}

/** Giving up may mean to take back; giving that up too leaves things as they are. */
function givingUp(state: FeatureState, revert: string[] | null): { type: "ROLL_BACK" | "FAIL" | "CANCEL" } {
  if (state.stage === "rolling-back") return { type: "FAIL" };
  const mayHaveLanded = state.tasks.some(mayBeMerging);
  return { type: revert !== null && (revert.length > 0 || mayHaveLanded) ? "ROLL_BACK" : "CANCEL" };
}

function retry(draft: Draft, id: string): Refusal | null {
  const { state } = draft;
  const task = findTask(state, id);
  if (isOver(state)) return { kind: "over", verb: "retry", stage: state.stage };
  if (task === undefined) {
    return { kind: "no-such-task", named: id, tasks: state.tasks.map((one) => one.plan.id), rows: false };
  }
  if (task.stage !== "parked" && task.stage !== "waiting") {
    return { kind: "not-retryable", task: id, stage: task.stage };
  }
  draft.effects.push({ type: "timer.cancel", timer: `wait:${id}` });
  if (task.setback !== null) task.setback.until = null;
  // One try shows whether it is mended.
  if (task.breaker === "open") task.breaker = "half-open";
  const where = task.setback?.where;
  const failure = task.setback?.failure.class;
  const inLane = where === "lane" && failure !== undefined ? failureRules[failure].retry : "again";
  if (inLane === "resubmit" && task.pull !== null) {
    if (advanceTask(task, { type: "RESUBMIT" })) submit(draft, task);
    return null;
  }
  // Somebody else's push stands where its change should have gone: that is what is judged now.
  const overtaken = where === "promotion" && failure === "head-moved";
  if ((task.undoes !== null || overtaken) && task.pull !== null) {
    task.change = null;
    task.commits = null;
    if (advanceTask(task, { type: "RESUBMIT" })) submit(draft, task);
    return null;
  }
  if (where === "promotion") {
    if (advanceTask(task, { type: "PROMOTE" })) promote(draft, task);
    return null;
  }
  const kind = inLane === "repair" || inLane === "resolve" ? inLane : task.machine.kind;
  advanceTask(task, { type: "RETRY", kind });
  return null;
}
