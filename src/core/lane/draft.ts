/** A lane's decision in the making, and the moves that several of its files make. */
import { dueAfter } from "../due.ts";
import type { Effect } from "../effect.ts";
import type { Failure } from "../failure.ts";
import { judgeEntry } from "./judging/approval.ts";
import { visibleFault } from "./judging/fault.ts";
import { type Entry, isAway, isWithdrawn, type LaneState, snapshotOf } from "./state.ts";
import { cancelTimer, setTimer } from "./timer.ts";

/** Timed refreshes until an update or a head that GitHub does not show is given up. With their back-off, about two minutes. */
export const MAX_REFRESHES = 10;

export interface LaneDraft {
  state: LaneState;
  at: number;
  effects: Effect[];
}

/** Returns a number that no effect of this lane has had. An effect with a used key would count as done and never run. */
export function nextAsk(draft: LaneDraft): number {
  draft.state.asks += 1;
  return draft.state.asks;
}

/** Tries nothing for a while, then observes the pull again. */
export function rest(draft: LaneDraft, entry: Entry, ms: number): void {
  entry.restsUntil = dueAfter(draft.at, ms);
  draft.effects.push(setTimer({ kind: "rest", pull: entry.pull }, entry.restsUntil));
}

function stopTimers(draft: LaneDraft, { pull }: Entry): void {
  for (const kind of ["refresh", "rest"] as const) draft.effects.push(cancelTimer({ kind, pull }));
}

/** Adds the time that the checks of the present head took. */
export function closeGate(entry: Entry): void {
  const snapshot = snapshotOf(entry);
  if (snapshot === null) return;
  const { startedAt, endedAt } = judgeEntry(entry, snapshot);
  if (startedAt !== null && endedAt !== null) entry.gateMs += Math.max(0, endedAt - startedAt);
}

export function removeEntry(draft: LaneDraft, entry: Entry): void {
  const { state } = draft;
  state.entries = state.entries.filter((other) => other !== entry);
  if (state.front === entry.pull) state.front = null;
  entry.restsUntil = null;
  stopTimers(draft, entry);
  if (state.entries.length === 0) draft.effects.push(cancelTimer({ kind: "sweep" }));
}

/** Removes an entry that its feature withdrew and that did not land. */
export function leave(draft: LaneDraft, entry: Entry): void {
  sendLeft(draft, entry.feature, entry.task);
  removeEntry(draft, entry);
}

/** Answers a withdrawal: this lane has no entry of the task, and none is about to land. */
export function sendLeft(draft: LaneDraft, feature: string, task: string): void {
  const key = `left:${draft.state.key}:${task}:${nextAsk(draft)}`;
  draft.effects.push({ type: "send", to: feature, key, event: { type: "entry.left", task } });
}

/**
 * Gives the entry back to its feature, which owns the branch until it submits again. The entry keeps its place. `asFound`: the first
 * look after its submission found it so.
 */
export function eject(draft: LaneDraft, entry: Entry, failure: Failure, asFound = false): void {
  if (isWithdrawn(entry)) {
    leave(draft, entry);
    return;
  }
  closeGate(entry);
  if (draft.state.front === entry.pull) draft.state.front = null;
  entry.restsUntil = null;
  stopTimers(draft, entry);
  sendEjected(draft, entry, { failure, gateMs: entry.gateMs, ...(asFound ? { asFound } : {}) });
  entry.gateMs = 0;
  entry.sentBack = { fault: visibleFault(failure), head: entry.head, offered: false };
  entry.stage = { kind: "away" };
}

type Ejected = Pick<Entry, "feature" | "task" | "pull" | "head">;
interface Why {
  failure: Failure;
  gateMs: number;
  asFound?: boolean;
}

export function sendEjected(draft: LaneDraft, entry: Ejected, why: Why): void {
  const { feature, task, pull, head } = entry;
  const key = `ejected:${draft.state.key}:${pull}:${nextAsk(draft)}`;
  draft.effects.push({ type: "send", to: feature, key, event: { type: "entry.ejected", task, pull, head, ...why } });
}

export function askMerge(draft: LaneDraft, entry: Entry): void {
  entry.stage = { kind: "merging", askedAt: draft.at, away: isAway(entry), withdrawn: isWithdrawn(entry) };
  draft.effects.push({
    type: "pull.merge",
    repo: draft.state.repo,
    pull: entry.pull,
    head: entry.head,
    round: nextAsk(draft),
    base: draft.state.branch,
    method: entry.method,
    title: entry.title,
  });
}
