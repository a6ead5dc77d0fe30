/**
 * Offers entries that are away back to their features. An entry stays away only while the fault that it was sent back for still
 * holds. The feature owns the branch meanwhile, so it decides: it submits the entry again where nobody works on it.
 */
import type { Ignored } from "../event.ts";
import type { PullSnapshot } from "../github.ts";
import { type LaneDraft, nextAsk } from "./draft.ts";
import { isHealed } from "./judging/fault.ts";
import { type Entry, findEntry, isAway, type LaneEventOf } from "./state.ts";
import { refresh } from "./watching/looking.ts";

/** Offers the entry once, until its fault is back or its feature has parked it. */
export function offerIfHealed(draft: LaneDraft, entry: Entry, snapshot: PullSnapshot): void {
  const { sentBack, feature, task, pull } = entry;
  if (sentBack === null) return;
  const healed = isHealed(draft.state.branch, entry, sentBack, snapshot);
  const isNews = healed && !sentBack.offered;
  sentBack.offered = healed;
  if (!isNews) return;
  draft.effects.push({
    type: "send",
    to: feature,
    key: `healed:${draft.state.key}:${pull}:${nextAsk(draft)}`,
    event: { type: "entry.healed", task, pull, head: snapshot.headSha },
  });
}

/** The feature can do no more. An offer that came while an attempt was at work counts again. */
export function onEntryParked(draft: LaneDraft, event: LaneEventOf<"entry.parked">): Ignored | null {
  const entry = findEntry(draft.state, event.pull);
  if (entry === null || !isAway(entry) || entry.sentBack === null) return "not-accepted-here";
  entry.sentBack.offered = false;
  refresh(draft, entry);
  return null;
}
