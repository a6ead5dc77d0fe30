/** Reacts to what became of an update, a merge, or any effect that GitHub refused or that was tried too often. */
import { dueAfter } from "../due.ts";
import type { Ignored } from "../event.ts";
import { onCompareFailed } from "./ahead.ts";
import { closeGate, eject, type LaneDraft, leave, removeEntry, rest } from "./draft.ts";
import { factsOf } from "./judging/refusal.ts";
import { type Entry, findEntry, isAway, type LaneEventOf, snapshotOf, stageAtRest } from "./state.ts";
import { setTimer } from "./timer.ts";
import { outdate, refresh } from "./watching/looking.ts";

/** The first pause after a refused merge. The next ones are four times as long each. */
const REFUSED_MS = 60_000;
const LONGEST_REFUSED_MS = 600_000;
/** Characters of GitHub's words that an entry keeps. */
const QUOTED = 500;
/** With rests of up to a minute, half an hour. */
const MAX_OUTAGES = 40;
const LONGEST_REST_MS = 60_000;

export function onPullUpdated(draft: LaneDraft, event: LaneEventOf<"pull.updated">): Ignored | null {
  const entry = findEntry(draft.state, event.pull);
  if (entry === null || entry.stage.kind !== "updating") return "stale-observation";
  if (event.outcome === "conflict") {
    const cause = { kind: "conflicts-with-base" as const, branch: draft.state.branch };
    eject(draft, entry, { class: "conflict-with-base", cause, details: [] });
    return null;
  }
  if (event.outcome !== "accepted") entry.stage = { kind: "queued" };
  refresh(draft, entry);
  return null;
}

type MergeOutcome = LaneEventOf<"pull.merged">["outcome"];
type Landed = Extract<MergeOutcome, { outcome: "merged" }>;

export function onPullMerged(draft: LaneDraft, event: LaneEventOf<"pull.merged">): Ignored | null {
  const entry = findEntry(draft.state, event.pull);
  if (entry === null || entry.stage.kind !== "merging") return "stale-head";
  const { outcome } = event;
  if (outcome.outcome === "merged") land(draft, entry, outcome, Math.max(0, draft.at - entry.stage.askedAt));
  else mergeFailed(draft, entry, outcome);
  return null;
}

function mergeFailed(draft: LaneDraft, entry: Entry, outcome: Exclude<MergeOutcome, Landed>): void {
  entry.stage = stageAtRest(entry);
  // After an unknown outcome a withdrawn entry stays until the next observation: it may have landed.
  if (entry.stage.kind === "withdrawn" && outcome.outcome !== "unknown") {
    leave(draft, entry);
    return;
  }
  if (outcome.outcome === "refused") {
    refused(draft, entry, outcome);
    return;
  }
  if (outcome.outcome === "unknown") entry.tries.outages += 1;
  if (entry.tries.outages > MAX_OUTAGES) {
    const cause = { kind: "outside" as const, text: outcome.message };
    eject(draft, entry, { class: "platform-unknown", cause, details: [] });
    return;
  }
  // The timer of the rest leads to an observation, and only that to another merge.
  rest(draft, entry, Math.max(outcome.afterMs ?? 0, restAfter(entry.tries.outages)));
}

/**
 * Waits. What GitHub requires may come any time: a review, an open branch, another tool's verdict. The merge is asked for again when
 * the pull shows something new, and now and then for what no pull shows. Asking more often would cost requests and change nothing.
 */
function refused(
  draft: LaneDraft,
  entry: Entry,
  { message, requires, afterMs = 0 }: Exclude<MergeOutcome, Landed>,
): void {
  const snapshot = snapshotOf(entry);
  if (isAway(entry) || snapshot === null) return;
  const pause = Math.min(REFUSED_MS * 4 ** Math.min(entry.tries.refusals, 20), LONGEST_REFUSED_MS);
  entry.tries.refusals += 1;
  const until = dueAfter(draft.at, Math.max(pause, afterMs));
  entry.refused = { text: message.slice(0, QUOTED), requires: requires ?? null, facts: factsOf(snapshot), until };
  draft.effects.push(setTimer({ kind: "rest", pull: entry.pull }, until));
  refresh(draft, entry);
}

function land(draft: LaneDraft, entry: Entry, outcome: Landed, mergeMs: number): void {
  const { state } = draft;
  state.merged += 1;
  closeGate(entry);
  const snapshot = snapshotOf(entry);
  // Even if a person pressed the button: a head that this lane asked to merge is the one that it had tested.
  const ours = entry.tried?.head === entry.head;
  const testedTree = (ours ? entry.tried?.tree : snapshot?.headTree) ?? outcome.landedTree;
  draft.effects.push({
    type: "send",
    to: entry.feature,
    key: `landed:${state.key}:${entry.pull}`,
    event: {
      type: "entry.landed",
      task: entry.task,
      pull: entry.pull,
      order: state.merged,
      head: ours ? entry.head : (snapshot?.headSha ?? entry.head),
      base: baseOf(entry, outcome),
      testedTree,
      landedTree: outcome.landedTree,
      judgedBy: ours ? (entry.tried?.judgedBy ?? []) : [],
      mergeSha: outcome.sha,
      mergedAt: outcome.at,
      gateMs: entry.gateMs + mergeMs,
    },
  });
  if (ours && testedTree !== outcome.landedTree) {
    state.halted = { kind: "landed-tree-differs", pull: entry.pull, mergeSha: outcome.sha, branch: state.branch };
  }
  removeEntry(draft, entry);
  // The base moved for all others.
  for (const other of state.entries) outdate(other);
}

/**
 * Returns the commit that the pull landed on; null if that is not certain. A rebased pull lands as several commits, and the parent
 * of the last is one of its own. People merge by any method. So the parent of a single commit counts only where no other commit
 * can have landed with it: a rollback to a wrong base would take back more than the pull.
 */
function baseOf(entry: Entry, landed: { parents: readonly string[]; landedTree: string }): string | null {
  const [first, second] = landed.parents;
  if (first === undefined) return null;
  // A merge commit names the branch first.
  if (second !== undefined) return first;
  const { tried } = entry;
  const snapshot = snapshotOf(entry);
  const ours = tried !== null && tried.head === entry.head;
  // The landed tree is the tested one: nothing came between, in however many commits it landed.
  if (ours && tried.tree === landed.landedTree && tried.base !== null) return tried.base;
  // Another commit came between, and this lane's own merge is one commit on top of it.
  if (ours && snapshot?.state === "open" && entry.method !== "rebase") return first;
  // A commit that was the tip of the branch is none of the pull's.
  return first === snapshot?.baseSha ? first : null;
}

export function onLaneEffectFailed(draft: LaneDraft, event: LaneEventOf<"effect.failed">): Ignored | null {
  if (event.effect === "heads.compare") return onCompareFailed(draft, event);
  const entry = findEntry(draft.state, event.pull);
  if (entry === null || isAway(entry)) return "not-accepted-here";
  if (event.head !== null && event.head !== entry.head) return "stale-head";
  // Only the merge's own outcome, or an observation, ends a merge: a rollback would miss what landed.
  if (entry.stage.kind === "merging" && event.effect !== "pull.merge") {
    return event.effect === "pull.observe" ? null : "superseded";
  }
  // One that an older version asked for may fail after the lane has begun to judge anew.
  if (event.effect === "failure.read" && entry.stage.kind === "reading-failure") {
    eject(draft, entry, { class: "checks-failed", cause: { kind: "logs-unreadable" }, details: [] });
    return null;
  }
  entry.stage = stageAtRest(entry);
  entry.tries.outages += 1;
  if (event.failure.class === "platform-unknown" && entry.tries.outages <= MAX_OUTAGES) {
    rest(draft, entry, restAfter(entry.tries.outages));
    return null;
  }
  eject(draft, entry, { ...event.failure, class: "policy-blocked" });
  return null;
}

function restAfter(times: number): number {
  return Math.min(250 * 2 ** Math.min(times, 20), LONGEST_REST_MS);
}
