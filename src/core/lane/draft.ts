/** A lane's decision in the making, and the moves that both its judgement and its advance make. */

import { dueAfter } from "../due.ts";
import type { Effect } from "../effect.ts";
import type { Failure } from "../failure.ts";
import { judgeHead } from "./gate.ts";
import { type Entry, isAway, isWithdrawn, type LaneState, snapshotOf } from "./state.ts";

/** Looks without progress before something else is tried; with their back-off about two minutes. */
export const MAX_REFRESHES = 10;

export interface LaneDraft {
  state: LaneState;
  at: number;
  effects: Effect[];
}

/**
 * Ask for an observation. Asked again before it began, it is one; asked again while it is under way, it is made once more,
 * and only what was seen after the last asking counts.
 */
export function refresh(draft: LaneDraft, entry: Entry): void {
  entry.observation.asked += 1;
  draft.effects.push({ type: "pull.observe", repo: draft.state.repo, pull: entry.pull, seq: entry.observation.asked });
}

/** A number that no effect of this lane has had. */
export function nextAsk(draft: LaneDraft): number {
  draft.state.asks += 1;
  return draft.state.asks;
}

/** Nothing is tried for a while; then the pull is looked at again. */
export function rest(draft: LaneDraft, entry: Entry, ms: number): void {
  entry.restsUntil = dueAfter(draft.at, ms);
  draft.effects.push({ type: "timer.set", timer: `rest:${entry.pull}`, dueAt: entry.restsUntil });
}

function stopTimers(draft: LaneDraft, entry: Entry): void {
  entry.restsUntil = null;
  for (const name of ["refresh", "rest"]) draft.effects.push({ type: "timer.cancel", timer: `${name}:${entry.pull}` });
}

/** Count what the checks of the present head took. */
export function closeGate(entry: Entry): void {
  const snapshot = snapshotOf(entry);
  if (snapshot === null) return;
  const { startedAt, endedAt } = judgeHead(entry.checks, snapshot.checks);
  if (startedAt !== null && endedAt !== null) entry.gateMs += Math.max(0, endedAt - startedAt);
}

/** Out of the lane, with nothing more to say. */
export function sendHome(draft: LaneDraft, entry: Entry): void {
  const { state } = draft;
  state.entries = state.entries.filter((other) => other !== entry);
  if (state.front === entry.pull) state.front = null;
  stopTimers(draft, entry);
  if (state.entries.length === 0) draft.effects.push({ type: "timer.cancel", timer: "sweep" });
}

/** Out of the lane, unlanded, as its feature asked. */
export function leave(draft: LaneDraft, entry: Entry): void {
  sendLeft(draft, entry.feature, entry.task);
  sendHome(draft, entry);
}

/** There is no entry of the task here, and none is on its way to the base. */
export function sendLeft(draft: LaneDraft, feature: string, task: string): void {
  const key = `left:${draft.state.key}:${task}:${nextAsk(draft)}`;
  draft.effects.push({ type: "send", to: feature, key, event: { type: "entry.left", task } });
}

/** Back to its feature, which owns the branch until it submits again. It keeps its place and is watched meanwhile. */
export function eject(draft: LaneDraft, entry: Entry, failure: Failure): void {
  const { state } = draft;
  if (isWithdrawn(entry)) {
    leave(draft, entry);
    return;
  }
  closeGate(entry);
  if (state.front === entry.pull) state.front = null;
  stopTimers(draft, entry);
  draft.effects.push({
    type: "send",
    to: entry.feature,
    key: `ejected:${state.key}:${entry.pull}:${nextAsk(draft)}`,
    event: {
      type: "entry.ejected",
      task: entry.task,
      pull: entry.pull,
      head: entry.head,
      failure,
      gateMs: entry.gateMs,
    },
  });
  entry.gateMs = 0;
  entry.stage = { kind: "away" };
}

export function askMerge(draft: LaneDraft, entry: Entry): void {
  entry.stage = { kind: "merging", askedAt: draft.at, away: isAway(entry), withdrawn: isWithdrawn(entry) };
  draft.effects.push({
    type: "pull.merge",
    repo: draft.state.repo,
    pull: entry.pull,
    head: entry.head,
    round: nextAsk(draft),
    method: entry.method,
    title: entry.title,
  });
}
