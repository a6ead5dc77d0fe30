/**
 * Who may go on, and who gives way to an entry ahead. Places are given by first submission and kept over repairs. They never go
 * against a plan: a task starts only when what it depends on has landed, so no entry depends on another of its lane.
 */
import type { Ignored, LaneEvent } from "../event.ts";
import { type LaneDraft, nextAsk } from "./draft.ts";
import { type Comparison, type Entry, isAway, isWithdrawn, type LaneState, snapshotOf } from "./state.ts";

/** An entry is compared with so many of those ahead of it; one further ahead will be near in time. */
const NEAREST = 8;
/** Comparisons of one lane that may be under way. Each costs GitHub a few slow requests. */
const MAX_OPEN = 8;
/** Comparisons kept of one entry: those ahead come and go, and which are near changes with them. */
const MAX_KEPT = 2 * NEAREST;

export function isFresh(entry: Entry): boolean {
  const { asked, latest } = entry.observation;
  return latest !== null && latest.seq === asked && latest.snapshot.headSha === entry.head;
}

/** Whether nothing but time, the base, those ahead and its checks stand between the entry and its merge. */
export function mayAdvance(state: LaneState, entry: Entry): boolean {
  if (state.halted !== null || isAway(entry) || entry.held || isWithdrawn(entry) || entry.mode === "ready")
    return false;
  if (entry.stage.kind === "reading-failure") return false;
  const snapshot = snapshotOf(entry);
  if (snapshot === null) return false;
  return snapshot.state === "open" && !snapshot.draft && snapshot.changesRequestedBy.length === 0;
}

/**
 * The first entry ahead that conflicts with this one and can still land. Whoever of the two lands first, the other must be resolved:
 * it is the one with the later place. Only smaller places hold, so the first of those that may go on is never held.
 */
export function conflictAhead(state: LaneState, entry: Entry): { ahead: Entry; paths: string[] } | null {
  let first: { ahead: Entry; paths: string[] } | null = null;
  for (const { ahead: pull, conflict } of entry.comparisons) {
    if (conflict === null || conflict.length === 0) continue;
    const ahead = state.entries.find((other) => other.pull === pull);
    if (ahead === undefined || ahead.place >= entry.place || !mayAdvance(state, ahead)) continue;
    if (first === null || ahead.place < first.ahead.place) first = { ahead, paths: conflict };
  }
  return first;
}

/** Ask for what is not known yet of entries that could merge one after the other. Once for each pair of heads. */
export function compareHeads(draft: LaneDraft): void {
  const { state } = draft;
  const present = new Set(state.entries.map((entry) => entry.pull));
  let open = 0;
  for (const entry of state.entries) {
    entry.comparisons = entry.comparisons.filter((comparison) => present.has(comparison.ahead));
    open += entry.comparisons.filter((comparison) => comparison.open).length;
  }
  // A head that is being brought up to date is about to be another.
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
 * What was known of heads before counts until the answer comes: bringing the front up to date must not let those past that
 * give way to it.
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

export function compared(state: LaneState, event: Extract<LaneEvent, { type: "heads.compared" }>): Ignored | null {
  const comparison = state.entries
    .find((entry) => entry.pull === event.pull)
    ?.comparisons.find((one) => one.open && one.ahead === event.ahead && one.head === event.head);
  if (comparison === undefined || comparison.aheadHead !== event.aheadHead) return "stale-head";
  comparison.open = false;
  comparison.conflict = event.conflict === "unknown" ? null : event.conflict;
  return null;
}

/** GitHub could not be asked: unknown, which holds nobody. `key` is the effect's, and names both pulls and heads. */
export function notCompared(state: LaneState, event: { key: string; pull: number | null }): Ignored | null {
  const entry = state.entries.find((one) => one.pull === event.pull);
  const comparison = entry?.comparisons.find(
    (one) => one.open && event.key.startsWith(`heads.compare:${event.pull}:${one.head}:${one.ahead}:${one.aheadHead}:`),
  );
  if (comparison === undefined) return "stale-head";
  comparison.open = false;
  comparison.conflict = null;
  return null;
}
