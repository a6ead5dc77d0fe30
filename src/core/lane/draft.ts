/** A lane's decision in the making, and the moves that both its judgement and its advance make. */
import type { Command } from "../command.ts";
import type { Failure } from "../failure.ts";
import { judgeHead } from "./gate.ts";
import type { Entry, LaneState } from "./state.ts";

export interface LaneDraft {
  state: LaneState;
  at: number;
  commands: Command[];
}

/**
 * Ask for an observation. Asked again before it began, it is one; asked again while it is under way, it is made once more,
 * and only what was seen after the last asking counts.
 */
export function look(draft: LaneDraft, entry: Entry): void {
  entry.asked += 1;
  draft.commands.push({ type: "pull.observe", repo: draft.state.repo, pull: entry.pull, seq: entry.asked });
}

/** Count what the checks of the present head took. */
export function closeGate(entry: Entry): void {
  if (entry.snapshot === null) return;
  const { startedAt, endedAt } = judgeHead(entry.checks, entry.snapshot.checks);
  if (startedAt !== null && endedAt !== null) entry.gateMs += Math.max(0, endedAt - startedAt);
}

/** Out of the lane, with nothing more to say. */
export function sendHome(draft: LaneDraft, entry: Entry): void {
  const { state } = draft;
  state.entries = state.entries.filter((other) => other !== entry);
  if (state.front === entry.pull) state.front = null;
  draft.commands.push({ type: "timer.cancel", timer: `look:${entry.pull}` });
  if (state.entries.length === 0) draft.commands.push({ type: "timer.cancel", timer: "sweep" });
}

/** Back to its feature, which owns the branch until it submits again. It keeps its place and is watched meanwhile. */
export function eject(draft: LaneDraft, entry: Entry, failure: Failure): void {
  const { state } = draft;
  if (entry.withdrawn) {
    sendHome(draft, entry);
    return;
  }
  closeGate(entry);
  if (state.front === entry.pull) state.front = null;
  draft.commands.push({ type: "timer.cancel", timer: `look:${entry.pull}` });
  draft.commands.push({
    type: "tell",
    to: entry.feature,
    key: `ejected:${state.key}:${entry.pull}:${entry.head}:${failure.class}:${draft.at}`,
    event: {
      type: "entry.ejected",
      task: entry.task,
      pull: entry.pull,
      head: entry.head,
      base: entry.snapshot?.baseSha ?? entry.head,
      failure,
      gateMs: entry.gateMs,
    },
  });
  entry.gateMs = 0;
  entry.away = true;
  entry.stage = "queued";
}

export function askMerge(draft: LaneDraft, entry: Entry): void {
  entry.stage = "merging";
  entry.merges += 1;
  entry.mergeAskedAt = draft.at;
  draft.commands.push({
    type: "pull.merge",
    repo: draft.state.repo,
    pull: entry.pull,
    head: entry.head,
    round: entry.merges,
    method: entry.method,
    title: entry.title,
  });
}
