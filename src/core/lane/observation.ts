/** Reacts to hints and timers by observing pulls, and to what GitHub says of them. */
import type { Ignored } from "../event.ts";
import type { PullSnapshot } from "../github.ts";
import { isFresh } from "./ahead.ts";
import { checksObserved } from "./checks.ts";
import { askMerge, closeGate, eject, type LaneDraft, leave, MAX_REFRESHES } from "./draft.ts";
import { isElsewhere } from "./judging/fault.ts";
import { reviewRefusal } from "./judging/refusal.ts";
import { offerIfHealed } from "./returning.ts";
import { commitsWatched, type Entry, findEntry, isAway, isWithdrawn, type LaneEventOf, snapshotOf } from "./state.ts";
import { parseTimer, setTimer } from "./timer.ts";
import { look, outdate, refresh, sweepLane } from "./watching/looking.ts";

/** Refreshes until a pull of unknown mergeability is given up. GitHub needs minutes at times. With their back-off, half an hour. */
const MAX_UNKNOWN = 64;

/** A hint says that something about a pull, a commit or a branch changed, not what. */
export function onLaneHinted(draft: LaneDraft, { topic }: LaneEventOf<"hinted">): Ignored | null {
  const { state } = draft;
  // The base moved for every entry.
  if (topic.kind === "branch" && topic.branch === state.branch) {
    for (const entry of state.entries) outdate(entry);
    return null;
  }
  const concerned = state.entries.filter((entry) => {
    switch (topic.kind) {
      case "pull":
        return entry.pull === topic.pull;
      case "commit":
        return entry.head === topic.sha || commitsWatched(entry).includes(topic.sha);
      case "branch":
        return topic.branch === entry.branch;
      default:
        return false;
    }
  });
  if (concerned.length === 0) return "not-accepted-here";
  for (const entry of concerned) look(draft, entry);
  return null;
}

export function onLaneTimerDue(draft: LaneDraft, event: LaneEventOf<"timer.due">): Ignored | null {
  const { state } = draft;
  const timer = parseTimer(event.timer);
  if (timer === null) return "superseded";
  if (timer.kind === "sweep") {
    if (state.entries.length === 0) return "superseded";
    draft.effects.push(setTimer(timer, sweepLane(draft)));
    return null;
  }
  const entry = findEntry(state, timer.pull);
  if (entry === null) return "superseded";
  if (timer.kind === "rest") entry.restsUntil = null;
  else if (waitsForGitHub(entry)) entry.refreshes += 1;
  refresh(draft, entry);
  return null;
}

export function onPullObserved(draft: LaneDraft, event: LaneEventOf<"pull.observed">): Ignored | null {
  const entry = findEntry(draft.state, event.pull);
  if (entry === null || !counts(entry, event.seq)) return "stale-observation";
  // Only open pulls are read together with the tip of the base. What GitHub records of the others lags behind it.
  const before = snapshotOf(entry);
  const isOpen = event.snapshot.state === "open" || before === null;
  const snapshot = isOpen ? event.snapshot : { ...event.snapshot, baseSha: before.baseSha };
  entry.observation.latest = { seq: event.seq, snapshot };
  // GitHub computes its answer anew for another base.
  if (before?.baseSha !== snapshot.baseSha) entry.refreshes = 0;
  reviewRefusal(entry, snapshot, draft.at);
  const isFirst = entry.unseen === true;
  delete entry.unseen;
  pullObserved(draft, entry, snapshot, isFirst);
  if (draft.state.entries.includes(entry)) refreshLater(draft, entry);
  return null;
}

/**
 * Returns true for an answer that is newer than the last one and was asked for after the lane last changed the entry. One that a hint
 * overtook counts: a busy lane would otherwise throw away most of what it reads. The entry is not fresh then and does not merge.
 */
function counts({ observation: { asked, since, latest } }: Entry, seq: number): boolean {
  return seq === asked || (seq < asked && seq >= since && seq > (latest?.seq ?? 0));
}

/** `isFirst`: nothing else was seen of the entry since its submission. */
function pullObserved(draft: LaneDraft, entry: Entry, snapshot: PullSnapshot, isFirst: boolean): void {
  if (entry.stage.kind === "merging") return;
  if (isElsewhere(draft.state.branch, snapshot)) {
    retargeted(draft, entry, snapshot, isFirst);
    return;
  }
  if (snapshot.state === "merged") {
    // A person merged it, or the answer to this lane's own merge was lost. The executor finds the merge and reports it.
    askMerge(draft, entry);
    return;
  }
  if (isWithdrawn(entry)) {
    leave(draft, entry);
    return;
  }
  if (isAway(entry)) {
    offerIfHealed(draft, entry, snapshot);
    return;
  }
  if (snapshot.state === "closed") {
    // A person may push and then close it. GitHub may also still show the head from before a promotion.
    if (snapshot.headSha !== entry.formerHead) entry.head = snapshot.headSha;
    eject(draft, entry, { class: "policy-blocked", cause: { kind: "pull-closed" }, details: [] }, isFirst);
    return;
  }
  // GitHub may still show the head from before the promotion. That one was judged before.
  if (snapshot.headSha === entry.formerHead && entry.refreshes < MAX_REFRESHES) return;
  entry.formerHead = null;
  if (snapshot.headSha !== entry.head) headMoved(draft, entry, snapshot.headSha);
  if (entry.stage.kind !== "updating" && isSentBack(draft, entry, snapshot)) return;
  if (snapshot.mergeable === false) {
    const cause = { kind: "conflicts-with-base" as const, branch: draft.state.branch };
    eject(draft, entry, { class: "conflict-with-base", cause, details: [] });
    return;
  }
  if (snapshot.mergeable === null && entry.refreshes >= MAX_UNKNOWN) {
    eject(draft, entry, { class: "platform-unknown", cause: { kind: "mergeability-unknown" }, details: [] });
    return;
  }
  // An update is about to replace this head, so its checks no longer matter.
  if (entry.stage.kind !== "updating") checksObserved(draft, entry, snapshot);
}

/** Merges nothing there, and does not count it as landed: what depends on it would be built without it. */
function retargeted(draft: LaneDraft, entry: Entry, snapshot: PullSnapshot, isFirst: boolean): void {
  const { base = "", state } = snapshot;
  if (isWithdrawn(entry)) {
    leave(draft, entry);
    return;
  }
  if (isAway(entry)) return;
  const cause = { kind: "pull-retargeted" as const, branch: draft.state.branch, base, merged: state === "merged" };
  eject(draft, entry, { class: "policy-blocked", cause, details: [] }, isFirst);
}

/**
 * Returns true where no webhook will come: GitHub sends none when `mergeable` is computed, and may show an accepted update or a
 * promoted head late.
 */
function waitsForGitHub(entry: Entry): boolean {
  const snapshot = snapshotOf(entry);
  if (snapshot === null || entry.stage.kind === "merging") return false;
  // A pull that was opened again is judged once GitHub has computed it.
  if (isAway(entry)) return snapshot.state === "open" && snapshot.mergeable === null && entry.refreshes < MAX_UNKNOWN;
  return (
    snapshot.mergeable === null ||
    snapshot.headSha === entry.formerHead ||
    (entry.stage.kind === "updating" && isFresh(entry))
  );
}

/**
 * Sets a timer for the entry's next observation. The pauses double, so that a slow GitHub is not asked all the time. Only the
 * entry's own observations set it and only its own refreshes count: events of other entries would delay the one and use up the
 * other, and a wide lane would eject entries within seconds.
 */
function refreshLater(draft: LaneDraft, entry: Entry): void {
  if (entry.restsUntil !== null || entry.observation.asked > (entry.observation.latest?.seq ?? 0)) return;
  if (!waitsForGitHub(entry)) {
    if (snapshotOf(entry)?.mergeable !== null) entry.refreshes = 0;
    return;
  }
  if (entry.stage.kind === "updating" && entry.refreshes >= MAX_REFRESHES) {
    // GitHub accepted the update and never made it. The front asks again.
    entry.stage = { kind: "queued" };
    entry.refreshes = 0;
  }
  const delay = Math.min(250 * 2 ** Math.min(entry.refreshes, 20), 30_000);
  draft.effects.push(setTimer({ kind: "refresh", pull: entry.pull }, draft.at + delay));
}

function headMoved(draft: LaneDraft, entry: Entry, head: string): void {
  closeGate(entry);
  entry.head = head;
  entry.headSince = draft.at;
  entry.stage = { kind: "queued" };
  entry.refreshes = 0;
  entry.reruns = { count: 0, checks: [] };
  // Hints about this commit were not routed here until now, and its checks may have ended meanwhile.
  refresh(draft, entry);
}

/** Ejects the entry if a reviewer requested changes of its present head. A request about an earlier head is left to people. */
function isSentBack(draft: LaneDraft, entry: Entry, snapshot: PullSnapshot): boolean {
  const requests = (snapshot.changeRequests ?? []).filter((request) => request.head === entry.head);
  const [first] = requests;
  if (first === undefined) return false;
  const text = (first.text.trim().split("\n")[0] ?? "").slice(0, 1_000);
  const cause = { kind: "changes-requested" as const, by: requests.map(({ by }) => by), text };
  const details = requests.map(({ by, text }) => ({ of: { kind: "review" as const, by }, text }));
  eject(draft, entry, { class: "review-changes", cause, details });
  return true;
}
