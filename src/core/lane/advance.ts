/** Chooses the front and moves it on: updates it with the base, then merges it once its checks have passed. Runs after every event. */
import { judgedCheck } from "../github.ts";
import { compareHeads, conflictAhead, isFresh, mayAdvance } from "./ahead.ts";
import type { LaneDraft } from "./draft.ts";
import { askMerge, closeGate, eject, nextAsk } from "./draft.ts";
import { judgeEntry, numberWaiting } from "./judging/approval.ts";
import { reportStanding } from "./report.ts";
import { type Entry, type LaneState, snapshotOf } from "./state.ts";
import { lookAtNear } from "./watching/looking.ts";

/** Checks that a merge's record names. */
const MAX_JUDGED = 50;
/** After so many updates the entry is ejected: the base moved each time before its checks ended. */
const MAX_UPDATES = 10;

export function advance(draft: LaneDraft): void {
  const { state } = draft;
  const front = state.entries.find((entry) => entry.pull === state.front);
  if (front === undefined || (front.stage.kind !== "merging" && !hasTheWay(state, front))) state.front = null;
  // The others do not wait while GitHub computes whether the front can be merged.
  if (front?.stage.kind === "queued" && isFresh(front) && !mayMove(front)) state.front = null;
  state.front ??= choose(state)?.pull ?? null;
  const chosen = state.entries.find((entry) => entry.pull === state.front);
  if (chosen !== undefined) drive(draft, chosen);
  lookAtNear(draft);
  compareHeads(draft);
  for (const entry of state.entries) {
    numberWaiting(entry);
    reportStanding(draft, entry);
  }
}

function hasTheWay(state: LaneState, entry: Entry): boolean {
  return mayAdvance(state, entry) && conflictAhead(state, entry) === null;
}

/** Prefers entries that can merge at once, then those that are being tested on the present base, then the smallest place. */
function choose(state: LaneState): Entry | undefined {
  const rank = (entry: Entry): number => {
    const snapshot = snapshotOf(entry);
    if (snapshot === null || snapshot.behindBy > 0) return 2;
    return judgeEntry(entry, snapshot).verdict === "pass" ? 0 : 1;
  };
  return state.entries
    .filter((entry) => hasTheWay(state, entry) && isFresh(entry) && mayMove(entry))
    .sort((left, right) => rank(left) - rank(right) || left.place - right.place)[0];
}

/**
 * Returns true where the entry can go on, or waits for its checks. Only a merge needs GitHub's answer, which may take minutes: an update
 * finds a conflict by itself. An entry that gave way meanwhile would have another one updated for nothing.
 */
function mayMove(entry: Entry): boolean {
  const snapshot = snapshotOf(entry);
  if (snapshot === null) return false;
  return snapshot.mergeable ?? (snapshot.behindBy > 0 || judgeEntry(entry, snapshot).verdict !== "pass");
}

function drive(draft: LaneDraft, entry: Entry): void {
  const snapshot = snapshotOf(entry);
  if (snapshot === null || entry.stage.kind !== "queued" || !isFresh(entry) || !mayMove(entry)) return;
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
  const { verdict, counted } = judgeEntry(entry, snapshot);
  if (verdict === "pass") {
    const judgedBy = counted.slice(0, MAX_JUDGED).map(judgedCheck);
    entry.tried = { head: entry.head, tree: snapshot.headTree, base: snapshot.baseSha, judgedBy };
    askMerge(draft, entry);
  }
}
