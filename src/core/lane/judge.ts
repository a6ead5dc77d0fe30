/** What a fresh look at one pull means, before anything is chosen. */
import { dueAfter } from "../due.ts";
import type { Check, PullSnapshot } from "../github.ts";
import { askMerge, closeGate, eject, type LaneDraft, leave, MAX_REFRESHES, nextAsk, refresh } from "./draft.ts";
import { judgeHead, type Verdict } from "./gate.ts";
import { type Entry, isAway, isWithdrawn, snapshotOf } from "./state.ts";

/** A required check that nobody has reported so long after the head appeared will not be: its workflow did not start. */
const MISSING_MS = 5 * 60_000;
const MAX_RERUNS = 3;

export function judge(draft: LaneDraft, entry: Entry): void {
  const snapshot = snapshotOf(entry);
  if (snapshot === null || entry.stage.kind === "merging") return;
  if (snapshot.state === "merged") {
    // By a person, or by a merge of ours whose answer was lost: asking again tells what landed.
    askMerge(draft, entry);
    return;
  }
  if (isWithdrawn(entry)) {
    leave(draft, entry);
    return;
  }
  if (isAway(entry)) return;
  if (snapshot.state === "closed") {
    eject(draft, entry, { class: "policy-blocked", cause: { kind: "pull-closed" }, details: [] });
    return;
  }
  // The pull may still show the head from before the promotion: that one has been judged.
  if (snapshot.headSha === entry.formerHead && entry.refreshes < MAX_REFRESHES) return;
  entry.formerHead = null;
  if (snapshot.headSha !== entry.head) {
    closeGate(entry);
    entry.head = snapshot.headSha;
    entry.headSince = draft.at;
    entry.stage = { kind: "queued" };
    entry.refreshes = 0;
    entry.reruns = { count: 0, checks: [] };
    // Until now hints about this commit found nobody: what it has been through is only known after one more look.
    refresh(draft, entry);
  }
  if (entry.stage.kind !== "updating" && sentBack(draft, entry)) return;
  if (snapshot.mergeable === false) {
    const cause = { kind: "conflicts-with-base" as const, branch: draft.state.branch };
    eject(draft, entry, { class: "conflict-with-base", cause, details: [] });
    return;
  }
  if (snapshot.mergeable === null && entry.refreshes >= MAX_REFRESHES) {
    const cause = { kind: "mergeability-unknown" as const };
    eject(draft, entry, { class: "platform-unknown", cause, details: [] });
    return;
  }
  // The old head is about to be replaced: what its checks say is nobody's business any more.
  if (entry.stage.kind === "updating") return;
  judgeChecks(draft, entry);
}

/**
 * A review is about a head. What it says goes to an agent as long as that head is the present one; of a later head its author has
 * said nothing yet.
 */
function sentBack(draft: LaneDraft, entry: Entry): boolean {
  const requests = (snapshotOf(entry)?.changeRequests ?? []).filter((request) => request.head === entry.head);
  const [first] = requests;
  if (first === undefined) return false;
  const text = (first.text.trim().split("\n")[0] ?? "").slice(0, 1_000);
  const cause = { kind: "changes-requested" as const, by: requests.map(({ by }) => by), text };
  const details = requests.map(({ by, text }) => ({ of: { kind: "review" as const, by }, text }));
  eject(draft, entry, { class: "review-changes", cause, details });
  return true;
}

function judgeChecks(draft: LaneDraft, entry: Entry): void {
  const { state } = draft;
  const snapshot = snapshotOf(entry);
  if (snapshot === null) return;
  const verdict = judgeHead(entry.checks, withoutRerun(entry, snapshot));
  if (entry.stage.kind === "reading-failure" && verdict.failing.length === 0) entry.stage = { kind: "queued" };
  if (entry.stage.kind === "reading-failure") return;
  if (verdict.failing.length > 0) {
    entry.stage = { kind: "reading-failure", failing: verdict.failing };
    draft.effects.push({
      type: "failure.read",
      repo: state.repo,
      pull: entry.pull,
      head: entry.head,
      round: nextAsk(draft),
      checks: verdict.failing,
    });
  } else if (verdict.interrupted.length > 0) {
    if (entry.reruns.count >= MAX_RERUNS) {
      const cause = { kind: "checks-interrupted" as const, times: MAX_RERUNS + 1 };
      eject(draft, entry, { class: "checks-interrupted", cause, details: [] });
      return;
    }
    entry.reruns = { count: entry.reruns.count + 1, checks: verdict.interrupted.flatMap((check) => check.id ?? []) };
    draft.effects.push({
      type: "checks.rerun",
      repo: state.repo,
      pull: entry.pull,
      head: entry.head,
      round: nextAsk(draft),
      checks: verdict.interrupted,
    });
  } else if (verdict.verdict === "pending") {
    waitForChecks(draft, entry, verdict);
  }
}

/** Checks that were asked to run again are as good as not there. */
export function withoutRerun(entry: Entry, snapshot: PullSnapshot): Check[] {
  return snapshot.checks.filter((check) => check.id === null || !entry.reruns.checks.includes(check.id));
}

/** A check that depends on another is reported only when that one has ended: missing counts from then on. */
function waitForChecks(draft: LaneDraft, entry: Entry, verdict: Verdict): void {
  const running = verdict.reasons.some((reason) => reason.verdict === "pending");
  const missing = !running && verdict.missing.length > 0;
  const since = missing ? Math.max(entry.headSince, verdict.endedAt ?? 0) : entry.headSince;
  const due = since + (missing ? MISSING_MS : entry.checksMinutes * 60_000);
  if (draft.at <= due) {
    draft.effects.push({
      type: "timer.set",
      timer: `refresh:${entry.pull}`,
      dueAt: dueAfter(draft.at, due + 1 - draft.at),
    });
    return;
  }
  const cause = missing
    ? { kind: "checks-missing" as const, names: verdict.missing }
    : { kind: "checks-slow" as const, minutes: entry.checksMinutes };
  eject(draft, entry, { class: missing ? "checks-missing" : "checks-timed-out", cause, details: [] });
}
