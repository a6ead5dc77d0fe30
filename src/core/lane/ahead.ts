/**
 * Decides which entries may continue, and which give way to an entry ahead. Places are given by first submission and kept over
 * repairs. They cannot contradict a plan: a task starts only when its dependencies have landed, so no entry depends on another
 * of its lane.
 */
import type { Ignored } from "../event.ts";
import { type LaneDraft, nextAsk } from "./draft.ts";
import { judgeEntry, waitingChanges } from "./judging/approval.ts";
import { brokenByBase } from "./judging/base.ts";
import { isElsewhere } from "./judging/fault.ts";
import {
  type Comparison,
  type Entry,
  findEntry,
  isAway,
  isWithdrawn,
  type LaneEventOf,
  type LaneState,
  snapshotOf,
} from "./state.ts";

/** An entry is compared with this many entries ahead of it. Those further ahead come near later. */
const NEAREST = 8;
/** Comparisons of one lane under way at a time. Each takes a few slow requests. */
const MAX_OPEN = 8;
/** Comparisons kept of one entry. More than `NEAREST`, because the entries near it change. */
const MAX_KEPT = 2 * NEAREST;

/** Returns true where the last observation asked for has been answered, and shows the head that the lane knows. */
export function isFresh(entry: Entry): boolean {
  const { asked, latest } = entry.observation;
  return latest !== null && latest.seq === asked && latest.snapshot.headSha === entry.head;
}

/** Returns true where only time, the base, the entries ahead and its checks stand between the entry and its merge. */
export function mayAdvance(state: LaneState, entry: Entry): boolean {
  if (state.halted !== null || isAway(entry) || entry.held || isWithdrawn(entry) || entry.mode === "ready")
    return false;
  if (entry.stage.kind === "reading-failure" || entry.refused !== null) return false;
  const snapshot = snapshotOf(entry);
  if (snapshot === null || brokenByBase(entry) !== null || waitingChanges(entry).length > 0) return false;
  // Being brought up to date can make its workflows the base's. When it is, only a person can help.
  if (snapshot.behindBy === 0 && judgeEntry(entry, snapshot).unjudged.length > 0) return false;
  if (isElsewhere(state.branch, snapshot) || snapshot.heldBy !== undefined) return false;
  return snapshot.state === "open" && !snapshot.draft && snapshot.changesRequestedBy.length === 0;
}

/**
 * Returns the first entry ahead that conflicts with this one and can still land. Once one of the two has landed, the other must
 * be resolved: this makes it the one with the later place. Only smaller places hold, so the first entry that may continue is never
 * held, and the lane cannot block itself.
 */
export function conflictAhead(state: LaneState, entry: Entry): { ahead: Entry; paths: string[] } | null {
  let first: { ahead: Entry; paths: string[] } | null = null;
  for (const { ahead: pull, conflict } of entry.comparisons) {
    if (conflict === null || conflict.length === 0) continue;
    const ahead = findEntry(state, pull);
    if (ahead === null || ahead.place >= entry.place || !mayAdvance(state, ahead)) continue;
    if (first === null || ahead.place < first.ahead.place) first = { ahead, paths: conflict };
  }
  return first;
}

/** Compares the entries that could merge one after the other, once for each pair of heads. */
export function compareHeads(draft: LaneDraft): void {
  const { state } = draft;
  const present = new Set(state.entries.map((entry) => entry.pull));
  let open = 0;
  for (const entry of state.entries) {
    entry.comparisons = entry.comparisons.filter((comparison) => present.has(comparison.ahead));
    open += entry.comparisons.filter((comparison) => comparison.open).length;
  }
  // An entry that is being updated gets another head soon.
  const steady = state.entries
    .filter((entry) => mayAdvance(state, entry) && isFresh(entry) && entry.stage.kind === "queued")
    .sort((left, right) => left.place - right.place);
  for (const [index, entry] of steady.entries()) {
    for (const ahead of steady.slice(Math.max(0, index - NEAREST), index).reverse()) {
      if (open >= MAX_OPEN) return;
      const known = entry.comparisons.find((comparison) => comparison.ahead === ahead.pull);
      if (known !== undefined && (known.open || isOf(known, entry, ahead))) continue;
      ask(draft, entry, ahead, known);
      open += 1;
    }
  }
}

function isOf(comparison: Comparison, entry: Entry, ahead: Entry): boolean {
  return comparison.head === entry.head && comparison.aheadHead === ahead.head;
}

/**
 * Keeps the old answer until the new one arrives. Otherwise updating the front would briefly unblock the entries that wait
 * behind it.
 */
function ask(draft: LaneDraft, entry: Entry, ahead: Entry, known: Comparison | undefined): void {
  const pair = { ahead: ahead.pull, head: entry.head, aheadHead: ahead.head };
  const others = entry.comparisons.filter((comparison) => comparison !== known);
  entry.comparisons = [...others, { ...pair, open: true, conflict: known?.conflict ?? null }].slice(-MAX_KEPT);
  draft.effects.push({
    type: "heads.compare",
    repo: draft.state.repo,
    pull: entry.pull,
    ...pair,
    round: nextAsk(draft),
  });
}

export function onHeadsCompared({ state }: LaneDraft, event: LaneEventOf<"heads.compared">): Ignored | null {
  const comparison = findEntry(state, event.pull)?.comparisons.find(
    (one) => one.open && one.ahead === event.ahead && one.head === event.head,
  );
  if (comparison === undefined || comparison.aheadHead !== event.aheadHead) return "stale-head";
  comparison.open = false;
  comparison.conflict = event.conflict === "unknown" ? null : event.conflict;
  return null;
}

/** Forgets the old answer too: what is unknown holds no entry. `key` is the natural key of the effect. */
export function onCompareFailed({ state }: LaneDraft, event: LaneEventOf<"effect.failed">): Ignored | null {
  const comparison = findEntry(state, event.pull)?.comparisons.find(
    (one) => one.open && event.key.startsWith(`heads.compare:${event.pull}:${one.head}:${one.ahead}:${one.aheadHead}:`),
  );
  if (comparison === undefined) return "stale-head";
  comparison.open = false;
  comparison.conflict = null;
  return null;
}
