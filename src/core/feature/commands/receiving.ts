/** Carries out slash commands: from the comment, through the sender's permission, to the answer. */
import { type Command, MAX_COMMANDS } from "../../command.ts";
import { type Draft, type EventOf, postNotice, type Reaction } from "../draft.ts";
import { cancelCommand } from "../ending/cancelling.ts";
import { dropTask, planAgain, putAfter } from "../planning/edits.ts";
import type { Refusal } from "../refusal.ts";
import type { FeatureState } from "../state.ts";
import { isOver } from "../state.ts";
import { approvePlan, approveTask } from "./approving.ts";
import { holdFeature, resumeFeature } from "./holding.ts";
import { retryTask } from "./retrying.ts";

const MAX_PENDING = 50;

type Pending = FeatureState["pendingCommands"][number];

/** Keeps a command until the permission of its sender is known. */
export function onCommandGiven(draft: Draft, event: EventOf<"command.given">): Reaction {
  const { state } = draft;
  const { comment, by, writtenAt, command } = event;
  // A comment is an answer only while the planner has open questions.
  if (command.verb === "answer" && state.questions === null) return "not-accepted-here";
  const isPending = state.pendingCommands.some((pending) => pending.comment === comment);
  // A permission is asked for once, so a second copy would wait for ever and block every later command.
  if (isPending || state.answeredCommands.includes(comment)) return "duplicate";
  const kept = state.pendingCommands.slice(1 - MAX_PENDING);
  state.pendingCommands = [...kept, { comment, by, writtenAt, command, permission: null }];
  if (command.verb !== "answer") react(draft, comment, "eyes");
  draft.effects.push({ type: "permission.observe", repo: state.repo, comment, by });
  return null;
}

export function onPermissionObserved(draft: Draft, event: EventOf<"permission.observed">): Reaction {
  const { state } = draft;
  const pending = state.pendingCommands.find((one) => one.comment === event.comment);
  if (pending === undefined) return "duplicate";
  pending.permission = event.permission;
  answerInTurn(draft);
  return mayCommand(event.permission) ? null : "unauthorised";
}

/** Refuses a command when `permission.observe` was given up: without a known permission no command is carried out. */
export function onPermissionUnknown(draft: Draft, key: string): Reaction {
  const { state } = draft;
  const pending = state.pendingCommands.find((one) => key === `permission.observe:${one.comment}`);
  if (pending === undefined) return "duplicate";
  const { comment } = pending;
  postNotice(draft, { about: "refused-command", comment, refusal: { kind: "permission-unknown" } });
  markAnswered(state, comment);
  answerInTurn(draft);
  return null;
}

function mayCommand(permission: Pending["permission"]): boolean {
  return permission === "write" || permission === "admin";
}

/** Carries commands out in the order in which they were given, whichever permission is known first. */
function answerInTurn(draft: Draft): void {
  const { state } = draft;
  for (;;) {
    const [next] = state.pendingCommands;
    if (next === undefined || next.permission === null) return;
    markAnswered(state, next.comment);
    answer(draft, next);
  }
}

function markAnswered(state: FeatureState, comment: number): void {
  state.pendingCommands = state.pendingCommands.filter((pending) => pending.comment !== comment);
  state.answeredCommands = [...state.answeredCommands, comment].slice(-MAX_COMMANDS);
}

function answer(draft: Draft, given: Pending): void {
  const { comment, by, command, permission } = given;
  if (!mayCommand(permission)) {
    // Posts nothing to people who only talk.
    if (command.verb !== "answer") postNotice(draft, { about: "unauthorised-command", by, comment });
    return;
  }
  if (command.verb === "malformed") {
    postNotice(draft, { about: "malformed-command", comment, text: command.text, fault: command.fault });
    return;
  }
  const refusal = carryOut(draft, given, command);
  react(draft, comment, refusal === null ? "+1" : "confused");
  if (refusal !== null) postNotice(draft, { about: "refused-command", comment, refusal });
}

/** Carries the command out. Returns null, or why not. */
function carryOut(
  draft: Draft,
  { by, comment, writtenAt }: Pending,
  command: Exclude<Command, { verb: "malformed" }>,
): Refusal | null {
  switch (command.verb) {
    case "status":
      return null;
    case "help":
      postNotice(draft, { about: "help", comment });
      return null;
    case "hold":
      return holdCommand(draft, by);
    case "resume":
      return resumeFeature(draft, by);
    case "cancel":
      return cancelCommand(draft, by, writtenAt);
    case "retry":
      return retryTask(draft, command.task);
    case "budget":
      return raiseBudget(draft, command.usd);
    case "approve":
      return approvePlan(draft, command.version, { by, at: writtenAt });
    case "approve-task":
      return approveTask(draft, command.task, { by, at: writtenAt });
    case "plan":
      return planAgain(draft, command.guidance);
    case "drop":
      return dropTask(draft, command.task);
    case "after":
      return putAfter(draft, command.task, command.needs);
    case "answer":
      // The planner reads it with the discussion.
      return draft.state.questions === null ? null : planAgain(draft, "");
  }
}

function holdCommand(draft: Draft, by: string): Refusal | null {
  const { state } = draft;
  if (isOver(state)) return { kind: "over", verb: "hold", stage: state.stage };
  holdFeature(draft, by, "command");
  return null;
}

function raiseBudget({ state }: Draft, usd: number): Refusal | null {
  if (isOver(state)) return { kind: "over", verb: "budget", stage: state.stage };
  if (state.policy?.budget.usd === null) return { kind: "no-dollar-limit" };
  state.extraUsd += usd;
  state.warned = state.warned.filter((kind) => kind !== "usd");
  if (state.parked?.kind === "budget-short") state.parked = null;
  return null;
}

function react({ state, effects }: Draft, comment: number, content: "eyes" | "+1" | "confused"): void {
  effects.push({ type: "reaction.add", repo: state.repo, comment, content });
}
