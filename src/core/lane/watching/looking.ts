/**
 * Decides which entries are observed, and when. Every look costs calls, so what moves every entry, the base, leads to looks at those
 * that come near their merge only. The others are out of date until then, and what is out of date never merges.
 */
import { conflictAhead, isFresh, mayAdvance } from "../ahead.ts";
import type { LaneDraft } from "../draft.ts";
import { type Entry, isWithdrawn, type LaneState, snapshotOf } from "../state.ts";

/** Entries that are kept up to date, besides those for which GitHub computes: the front and the next few. */
const NEAR = 4;

/** The interval at which those near their merge are observed without a hint. It bounds the delay of a lost webhook. */
export const SWEEP_NEAR_MS = 60_000;
/** The same for all others: they wait for a person, for their own checks, or for those ahead. */
const SWEEP_FAR_MS = 10 * 60_000;

/** Observes the entry after the lane changed it. The answers to earlier observations no longer count. */
export function refresh(draft: LaneDraft, entry: Entry): void {
  outdate(entry);
  entry.observation.since = entry.observation.asked;
  send(draft, entry);
}

/** Observes the entry after GitHub changed. Answers under way still count, for all but a merge. */
export function look(draft: LaneDraft, entry: Entry): void {
  outdate(entry);
  send(draft, entry);
}

/** Lets no merge rest on what is known of the entry. `lookAtNear` observes it when its turn comes. */
export function outdate(entry: Entry): void {
  entry.observation.asked += 1;
}

/** Observes the entries that are out of date and near their merge. Runs after every event. */
export function lookAtNear(draft: LaneDraft): void {
  for (const entry of nearest(draft.state)) if (isOwed(entry)) send(draft, entry);
}

/**
 * Observes those whose last look is too long ago, and with them those whose turn would come soon: what is observed together is one
 * query. Returns when the next one may be.
 */
export function sweepLane(draft: LaneDraft): number {
  const near = new Set(nearest(draft.state));
  const intervalOf = (entry: Entry) => (near.has(entry) ? SWEEP_NEAR_MS : SWEEP_FAR_MS);
  const ageOf = ({ observation }: Entry) => draft.at - observation.sentAt;
  const { entries } = draft.state;
  if (entries.some((entry) => ageOf(entry) >= intervalOf(entry))) {
    for (const entry of entries) if (ageOf(entry) >= intervalOf(entry) / 2) look(draft, entry);
  }
  const dues = entries.map((entry) => entry.observation.sentAt + intervalOf(entry));
  return Math.max(draft.at + SWEEP_NEAR_MS, Math.min(draft.at + SWEEP_FAR_MS, ...dues));
}

/** Returns the entries that may merge next, first places first, and those that another base may free, or whose end must be known. */
function nearest(state: LaneState): Entry[] {
  const near = state.entries.filter(
    (entry) => isWithdrawn(entry) || entry.redBase !== null || snapshotOf(entry)?.sameWorkflows === false,
  );
  let room = NEAR;
  for (const entry of state.entries.toSorted((left, right) => left.place - right.place)) {
    if (room === 0) break;
    if (entry.stage.kind === "merging" || !mayAdvance(state, entry) || conflictAhead(state, entry) !== null) continue;
    near.push(entry);
    // One that GitHub still computes takes no place from those that could merge meanwhile.
    if (!isFresh(entry) || snapshotOf(entry)?.mergeable === true) room -= 1;
  }
  return near;
}

function isOwed({ observation }: Entry): boolean {
  return observation.asked > observation.sent;
}

function send(draft: LaneDraft, entry: Entry): void {
  entry.observation.sent = entry.observation.asked;
  entry.observation.sentAt = draft.at;
  draft.effects.push({
    type: "pull.observe",
    repo: draft.state.repo,
    pull: entry.pull,
    seq: entry.observation.asked,
    branch: draft.state.branch,
    headBranch: entry.branch,
    checks: entry.checks,
    neutral: entry.neutral,
    gateSurface: entry.gateSurface,
  });
}
