/**
 * What the lane does next: one entry at the front is brought up to date, waits for its checks, and merges. The others
 * keep their places; their own checks run meanwhile. Who gives way to whom is in `ahead.ts`.
 */
import { compareHeads, conflictAhead, isFresh, mayAdvance } from "./ahead.ts";
import type { LaneDraft } from "./draft.ts";
import { askMerge, closeGate, eject, MAX_REFRESHES, nextAsk } from "./draft.ts";
import { judgeHead } from "./gate.ts";
import { withoutRerun } from "./judge.ts";
import { conflictsAhead, isSameStanding, type Standing } from "./standing.ts";
import { type Entry, isAway, isWithdrawn, type LaneState, snapshotOf } from "./state.ts";

/** Updates before the entry gives up its turn; its feature lets it come back so many times. */
const MAX_UPDATES = 10;

export function advance(draft: LaneDraft): void {
  const { state } = draft;
  const front = state.entries.find((entry) => entry.pull === state.front);
  if (front === undefined || (front.stage.kind !== "merging" && !hasTheWay(state, front))) state.front = null;
  // Nobody waits behind one of which GitHub does not know whether it can be merged.
  if (front?.stage.kind === "queued" && isFresh(front) && snapshotOf(front)?.mergeable !== true) state.front = null;
  state.front ??= choose(state)?.pull ?? null;
  const chosen = state.entries.find((entry) => entry.pull === state.front);
  if (chosen !== undefined) drive(draft, chosen);
  compareHeads(draft);
  for (const entry of state.entries) {
    scheduleRefresh(draft, entry);
    explainToFeature(draft, entry);
  }
}

/** It may go on, and gives way to nobody ahead of it. */
function hasTheWay(state: LaneState, entry: Entry): boolean {
  return mayAdvance(state, entry) && conflictAhead(state, entry) === null;
}

/** The next front: what can merge at once, then what is being tested on the present base, then by place. */
function choose(state: LaneState): Entry | undefined {
  const rank = (entry: Entry): number => {
    const snapshot = snapshotOf(entry);
    if (snapshot === null || snapshot.behindBy > 0) return 2;
    return judgeHead(entry.checks, snapshot.checks).verdict === "pass" ? 0 : 1;
  };
  return state.entries
    .filter((entry) => hasTheWay(state, entry) && isFresh(entry) && snapshotOf(entry)?.mergeable === true)
    .sort((left, right) => rank(left) - rank(right) || left.place - right.place)[0];
}

function drive(draft: LaneDraft, entry: Entry): void {
  const snapshot = snapshotOf(entry);
  if (snapshot === null || entry.stage.kind !== "queued" || !isFresh(entry) || snapshot.mergeable !== true) return;
  if (entry.restsUntil !== null && draft.at < entry.restsUntil) return;
  if (snapshot.behindBy > 0) {
    if (entry.tries.updates >= MAX_UPDATES) {
      const cause = { kind: "base-keeps-moving" as const, branch: draft.state.branch, times: MAX_UPDATES };
      eject(draft, entry, { class: "base-moved", cause, details: [] });
      return;
    }
    closeGate(entry);
    entry.stage = { kind: "updating" };
    entry.tries.updates += 1;
    draft.effects.push({
      type: "pull.update",
      repo: draft.state.repo,
      pull: entry.pull,
      head: entry.head,
      base: snapshot.baseSha,
      round: nextAsk(draft),
    });
    return;
  }
  if (judgeHead(entry.checks, snapshot.checks).verdict === "pass") {
    entry.tried = { head: entry.head, tree: snapshot.headTree, base: snapshot.baseSha };
    askMerge(draft, entry);
  }
}

/** GitHub sends nothing when `mergeable` is computed, and an accepted update may show late: look again, ever more rarely. */
function scheduleRefresh(draft: LaneDraft, entry: Entry): void {
  const { asked, latest } = entry.observation;
  if (isAway(entry) || entry.restsUntil !== null || latest === null || asked > latest.seq) return;
  const { snapshot } = latest;
  const waitsForGitHub =
    snapshot.mergeable === null ||
    snapshot.headSha === entry.formerHead ||
    (entry.stage.kind === "updating" && isFresh(entry));
  if (entry.stage.kind === "updating" && entry.refreshes >= MAX_REFRESHES) {
    // Accepted, but never done: ask again.
    entry.stage = { kind: "queued" };
    entry.refreshes = 0;
  }
  if (!waitsForGitHub) {
    entry.refreshes = 0;
    return;
  }
  const delay = Math.min(250 * 2 ** Math.min(entry.refreshes, 20), 30_000);
  entry.refreshes += 1;
  draft.effects.push({ type: "timer.set", timer: `refresh:${entry.pull}`, dueAt: draft.at + delay });
}

function explainToFeature(draft: LaneDraft, entry: Entry): void {
  const { state } = draft;
  if (isAway(entry) || isWithdrawn(entry)) return;
  const standing = standingOf(state, entry);
  const checking = isChecking(entry);
  const { explained } = entry;
  if (explained?.checking === checking && isSameStanding(explained.standing, standing)) return;
  entry.explained = { standing, checking };
  draft.effects.push({
    type: "send",
    to: entry.feature,
    key: `explained:${state.key}:${entry.pull}:${nextAsk(draft)}`,
    event: { type: "entry.explained", task: entry.task, pull: entry.pull, standing, checking },
  });
}

/** Whether required checks run on the entry's head, or will as soon as it is there. */
function isChecking(entry: Entry): boolean {
  const snapshot = snapshotOf(entry);
  if (entry.stage.kind === "merging") return false;
  if (snapshot === null || entry.stage.kind === "updating" || snapshot.headSha !== entry.head) return true;
  const { reasons } = judgeHead(entry.checks, withoutRerun(entry, snapshot));
  return reasons.some(({ verdict }) => verdict === "pending" || verdict === "missing");
}

function standingOf(state: LaneState, entry: Entry): Standing {
  const snapshot = snapshotOf(entry);
  if (entry.stage.kind === "merging") return { kind: "merging" };
  if (state.halted !== null) return { kind: "queue-halted", halt: state.halted };
  if (entry.held) return { kind: "held" };
  if (snapshot === null) return { kind: "joined" };
  if (snapshot.draft) return { kind: "draft" };
  const reviewer = snapshot.changesRequestedBy[0];
  if (reviewer !== undefined) {
    const ofEarlierHead = (snapshot.changeRequests ?? []).some((one) => one.by === reviewer && one.head !== entry.head);
    return { kind: "changes-requested", by: reviewer, ofEarlierHead };
  }
  if (entry.stage.kind === "updating") return { kind: "updating", branch: state.branch };
  if (entry.stage.kind === "reading-failure") return { kind: "reading-failure" };
  const conflict = mayAdvance(state, entry) ? conflictAhead(state, entry) : null;
  if (conflict !== null) return conflictsAhead(conflict.ahead.pull, conflict.paths);
  for (const { check, verdict } of judgeHead(entry.checks, snapshot.checks).reasons) {
    if (verdict !== "pass") return { kind: "check", name: check, verdict };
  }
  if (entry.mode === "ready") return { kind: "ready-for-person" };
  if (snapshot.mergeable === null) return { kind: "mergeability-unknown" };
  const ahead = state.entries.find((other) => other.pull === state.front);
  if (ahead !== undefined && ahead !== entry) return { kind: "behind", pull: ahead.pull };
  return { kind: "next" };
}
