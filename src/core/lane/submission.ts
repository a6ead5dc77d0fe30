/** Reacts to what features say: a pull is submitted, withdrawn, held or released, or a person approved its changes. */
import type { Ignored, Submission } from "../event.ts";
import { type LaneDraft, leave, removeEntry, sendEjected, sendLeft } from "./draft.ts";
import { grantWaiting } from "./judging/approval.ts";
import { type Entry, findEntry, isAway, type LaneEventOf, type LaneState } from "./state.ts";
import { refresh } from "./watching/looking.ts";

const MAX_ENTRIES = 400;

/** A repaired entry comes back to its place, with new tries. */
export function onEntrySubmitted(draft: LaneDraft, event: LaneEventOf<"entry.submitted">): Ignored | null {
  const { state } = draft;
  const known = findEntry(state, event.entry.pull);
  if (known === null && state.entries.length >= MAX_ENTRIES) {
    const cause = { kind: "queue-full" as const, branch: state.branch, entries: MAX_ENTRIES };
    sendEjected(draft, event.entry, { failure: { class: "policy-blocked", cause, details: [] }, gateMs: 0 });
    return "guard-refused";
  }
  if (known !== null && !isAway(known)) return "duplicate";
  const fresh = {
    ...event.entry,
    stage: { kind: "queued" as const },
    unseen: true,
    headSince: draft.at,
    refreshes: 0,
    tries: { updates: 0, refusals: 0, outages: 0 },
    reruns: { count: 0, checks: [] },
    tried: null,
    redBase: null,
    refused: null,
    sentBack: null,
    restsUntil: null,
    gateMs: 0,
    explained: null,
    comparisons: [],
  };
  if (known === null) {
    const former = formerOf(state, event.entry);
    if (former === undefined) state.lastPlace += 1;
    const observation = { asked: 0, sent: 0, sentAt: draft.at, since: 0, latest: null };
    const approval = { number: former?.approval.number ?? 0, waiting: [], granted: former?.approval.granted ?? [] };
    const place = former?.place ?? state.lastPlace;
    const entry = { ...fresh, place, formerHead: null, observation, approval };
    state.entries.push(entry);
    // Only now: a lane without entries stops its sweep.
    if (former !== undefined) removeEntry(draft, former);
    refresh(draft, entry);
  } else {
    const formerHead = known.head === event.entry.head ? known.formerHead : known.head;
    Object.assign(known, fresh, { formerHead });
    refresh(draft, known);
  }
  return null;
}

/**
 * Returns the entry of the task's former pull, in whose place another one was opened. Its place and the approvals of its content pass
 * on. The number of its approvals does too, so that an approval of what the former pull showed never counts for other changes.
 */
function formerOf({ entries }: LaneState, { feature, task }: Submission): Entry | undefined {
  return entries.find((entry) => entry.feature === feature && entry.task === task && entry.stage.kind === "away");
}

export function onEntryWithdrawn(draft: LaneDraft, event: LaneEventOf<"entry.withdrawn">): Ignored | null {
  const { feature, task } = event;
  const leaving = draft.state.entries.filter(
    (entry) => entry.feature === feature && (task === null || entry.task === task),
  );
  if (leaving.length === 0) {
    if (task === null) return "not-accepted-here";
    // A feature that withdraws one task waits for the answer.
    sendLeft(draft, feature, task);
    return null;
  }
  for (const entry of leaving) {
    // The merge may have happened, by this lane or by a person: the feature must receive its outcome, or a rollback would miss what
    // landed. A feature that withdraws all its entries has ended and waits for no answer.
    if (entry.stage.kind === "merging") entry.stage.withdrawn = true;
    else if (task === null) leave(draft, entry);
    else {
      entry.stage = { kind: "withdrawn", away: isAway(entry) };
      refresh(draft, entry);
    }
  }
  return null;
}

export function onEntriesHeld({ state }: LaneDraft, event: LaneEventOf<"entries.held">): null {
  const own = state.entries.filter((entry) => entry.feature === event.feature);
  for (const entry of own) entry.held = event.held;
  // A person who resumes has seen why the lane halted.
  if (event.lifts && own.length > 0) state.halted = null;
  return null;
}

export function onEntryApproved({ state }: LaneDraft, event: LaneEventOf<"entry.approved">): Ignored | null {
  const entry = findEntry(state, event.pull);
  if (entry === null) return "not-accepted-here";
  // The person saw other changes than those that wait now.
  if (event.number !== entry.approval.number || entry.approval.waiting.length === 0) return "superseded";
  grantWaiting(entry);
  return null;
}
