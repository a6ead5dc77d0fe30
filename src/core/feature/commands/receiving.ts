/** Carries out slash commands: from the comment, through the sender's permission, to the answer. */
import { type Command, MAX_COMMANDS } from "../../command.ts";
import type { Permission } from "../../github.ts";
import { type Draft, type EventOf, postNotice, type Reaction } from "../draft.ts";
import { cancelCommand } from "../ending/cancelling.ts";
import { leaveOutCommand } from "../ending/leaving-out.ts";
import { dropTask, planAgain, putAfter } from "../planning/edits.ts";
import type { Refusal } from "../refusal.ts";
import type { FeatureState } from "../state.ts";
import { isOver } from "../state.ts";
import { approvePlan, approveTask } from "./approving.ts";
import { holdFeature, resumeFeature } from "./holding.ts";
import { retryAll, retryTask } from "./retrying.ts";

/**
 * Commands that wait in the state for a permission: of one person, and of all. Only people whose permission is unknown can fill them.
 * A command that finds no room waits in the look-up of its sender's permission, so that no flood makes a person's command vanish.
 */
const [MAX_OF_ONE, MAX_PENDING] = [100, 1_000];
/** Milliseconds for which a permission stands. A person who comments without end costs one look-up in that time. */
const PERMISSION_MS = 60_000;
/** Strangers of the last minute who are told why nothing happens. More are a flood, and answering it would be another one. */
const MAX_TOLD = 10;

type Pending = FeatureState["pendingCommands"][number];
type Sender = FeatureState["senders"][number];

/**
 * Carries out the command of a person who may, and keeps one whose sender's permission is unknown. A stranger's command changes
 * nothing, so that strangers can neither delay nor displace the commands of others.
 */
export function onCommandGiven(draft: Draft, event: EventOf<"command.given">): Reaction {
  const { state, at } = draft;
  const { comment, by, writtenAt, command, pull } = event;
  const said = { writtenAt, command, ...(pull === undefined ? {} : { pull }) };
  // A comment is an answer only while the planner has open questions.
  if (command.verb === "answer" && state.questions === null) return "not-accepted-here";
  const isPending = state.pendingCommands.some((pending) => pending.comment === comment);
  if (isPending || state.answeredCommands.includes(comment)) return "duplicate";
  forgetSenders(state, at);
  const sender = state.senders.find(({ login }) => login === by);
  if (sender !== undefined && sender.permission !== null && isFresh(sender, at)) {
    markAnswered(state, comment);
    if (!mayCommand(sender.permission)) return "unauthorised";
    answer(draft, { comment, by, ...said });
    return null;
  }
  if (!hasRoom(state, by)) {
    draft.effects.push({ type: "permission.observe", repo: state.repo, comment, by, waiting: said });
    return null;
  }
  state.pendingCommands.push({ comment, by, ...said });
  if (sender?.permission === null) return null;
  const others = state.senders.filter(({ login }) => login !== by);
  state.senders = [...others, { login: by, comment, askedAt: at, permission: null }];
  draft.effects.push({ type: "permission.observe", repo: state.repo, comment, by });
  return null;
}

function hasRoom({ pendingCommands }: FeatureState, by: string): boolean {
  const own = pendingCommands.filter((pending) => pending.by === by).length;
  return own < MAX_OF_ONE && pendingCommands.length < MAX_PENDING;
}

export function onPermissionObserved(draft: Draft, event: EventOf<"permission.observed">): Reaction {
  const { state } = draft;
  const { comment, by, permission, waiting } = event;
  if (waiting !== undefined) {
    if (state.answeredCommands.includes(comment)) return "duplicate";
    markAnswered(state, comment);
    if (!mayCommand(permission)) return "unauthorised";
    answer(draft, { comment, by, ...waiting });
    return null;
  }
  const sender = senderOf(state, comment);
  if (sender === undefined || sender.permission !== null) return "duplicate";
  sender.permission = permission;
  answerKnown(draft);
  return mayCommand(permission) ? null : "unauthorised";
}

/** Answers all commands whose sender's permission is known, each person's in the order in which they were given. */
function answerKnown(draft: Draft): void {
  const { state } = draft;
  for (const { login, permission } of state.senders) {
    if (permission === null) continue;
    const waiting = takePending(state, login);
    if (mayCommand(permission)) for (const pending of waiting) answer(draft, pending);
    else refuseStranger(draft, waiting);
  }
}

function refuseStranger(draft: Draft, waiting: readonly Pending[]): void {
  // Posts nothing to people who only talk.
  const [first] = waiting.filter(({ command }) => command.verb !== "answer");
  const strangers = draft.state.senders.filter((one) => one.permission !== null && !mayCommand(one.permission));
  if (first === undefined || strangers.length > MAX_TOLD) return;
  postNotice(draft, { about: "unauthorised-command", by: first.by, comment: first.comment }, first.pull);
}

/** Refuses commands when `permission.observe` was given up: without a known permission no command is carried out. */
export function onPermissionUnknown(draft: Draft, key: string): Reaction {
  const { state } = draft;
  const asked = Number(key.split(":").at(-1));
  const sender = senderOf(state, asked);
  if (sender === undefined) {
    if (!Number.isSafeInteger(asked) || state.answeredCommands.includes(asked)) return "duplicate";
    markAnswered(state, asked);
    postNotice(draft, { about: "refused-command", comment: asked, refusal: { kind: "permission-unknown" } });
    return null;
  }
  if (sender.permission !== null) return "duplicate";
  state.senders = state.senders.filter((one) => one !== sender);
  for (const { comment, pull } of takePending(state, sender.login)) {
    postNotice(draft, { about: "refused-command", comment, refusal: { kind: "permission-unknown" } }, pull);
  }
  answerKnown(draft);
  return null;
}

/** Finds a sender by the comment that was asked about. Version 7 asked about each comment. */
function senderOf(state: FeatureState, comment: number): Sender | undefined {
  const login = state.pendingCommands.find((pending) => pending.comment === comment)?.by;
  return state.senders.find((sender) => sender.comment === comment || sender.login === login);
}

/** Replicas' clocks may differ, so that a later event can have an earlier time. */
function isFresh(sender: Sender, at: number): boolean {
  return Math.abs(at - sender.askedAt) < PERMISSION_MS;
}

function forgetSenders(state: FeatureState, at: number): void {
  state.senders = state.senders.filter((sender) => sender.permission === null || isFresh(sender, at));
}

function mayCommand(permission: Permission | null): boolean {
  return permission === "write" || permission === "admin";
}

/** Removes a person's commands from those that wait, in the order in which they were given. */
function takePending(state: FeatureState, login: string): Pending[] {
  const waiting = state.pendingCommands.filter((pending) => pending.by === login);
  state.pendingCommands = state.pendingCommands.filter((pending) => pending.by !== login);
  for (const { comment } of waiting) markAnswered(state, comment);
  return waiting;
}

function markAnswered(state: FeatureState, comment: number): void {
  state.answeredCommands = [...state.answeredCommands, comment].slice(-MAX_COMMANDS);
}

function answer(draft: Draft, given: Pending): void {
  const { comment, command, pull } = given;
  if (command.verb === "malformed") {
    postNotice(draft, { about: "malformed-command", comment, text: command.text, fault: command.fault }, pull);
    return;
  }
  const refusal = carryOut(draft, given, command);
  react(draft, comment, refusal === null ? "+1" : "confused");
  if (refusal !== null) postNotice(draft, { about: "refused-command", comment, refusal }, pull);
}

/** Carries the command out. Returns null, or why not. */
function carryOut(
  draft: Draft,
  { by, comment, writtenAt, pull }: Pending,
  command: Exclude<Command, { verb: "malformed" }>,
): Refusal | null {
  switch (command.verb) {
    case "status":
      return null;
    case "help":
      postNotice(draft, { about: "help", comment }, pull);
      return null;
    case "hold":
      return isOvertaken(draft.state, comment, writtenAt) ? { kind: "overtaken" } : holdCommand(draft, by);
    case "resume":
      return isOvertaken(draft.state, comment, writtenAt)
        ? { kind: "overtaken" }
        : resumeFeature(draft, { by, comment, pull });
    case "cancel":
      return cancelCommand(draft, by, writtenAt);
    case "retry":
      return retryTask(draft, command.task);
    case "retry-all":
      return retryAll(draft, { comment, pull });
    case "skip":
    case "done":
      return leaveOutCommand(draft, command.verb, { task: command.task, by, comment, pull });
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

/**
 * Returns true where a later `hold` or `resume` was carried out already: webhooks and sweeps bring comments in any order. GitHub's
 * times are whole seconds, and ids of comments grow. Otherwise remembers this one as the last.
 */
function isOvertaken(state: FeatureState, comment: number, writtenAt: number): boolean {
  const { stopWord } = state;
  const isLater =
    stopWord !== null && (stopWord.at > writtenAt || (stopWord.at === writtenAt && stopWord.comment > comment));
  if (!isLater) state.stopWord = { at: writtenAt, comment };
  return isLater;
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

function react({ state, effects }: Draft, comment: number, content: "+1" | "confused"): void {
  effects.push({ type: "reaction.add", repo: state.repo, comment, content });
}
