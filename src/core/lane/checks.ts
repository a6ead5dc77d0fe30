/** Reacts to the required checks of an entry's head: reads why they failed, runs interrupted ones again, limits the wait. */
import { dueAfter } from "../due.ts";
import { canBeOfChange, type EnvironmentFault } from "../environment-fault.ts";
import type { Ignored } from "../event.ts";
import type { Check, PullSnapshot } from "../github.ts";
import { eject, type LaneDraft, nextAsk } from "./draft.ts";
import type { Verdict } from "./gate.ts";
import { judgeEntry } from "./judging/approval.ts";
import { ownFailures, passOnBase } from "./judging/base.ts";
import { isForPeople, isNotRun, repairable } from "./judging/fault.ts";
import { patienceFor } from "./judging/patience.ts";
import { type Entry, findEntry, type LaneEventOf, withoutRerun } from "./state.ts";
import { setTimer } from "./timer.ts";
import { refresh } from "./watching/looking.ts";

/** Minutes of a policy that an older version stored. */
const MISSING_MINUTES = 5;
const MAX_RERUNS = 3;

export function checksObserved(draft: LaneDraft, entry: Entry, snapshot: PullSnapshot): void {
  const verdict = judgeEntry(entry, withoutRerun(entry, snapshot));
  if (entry.stage.kind === "reading-failure") {
    if (verdict.failing.length > 0) return;
    entry.stage = { kind: "queued" };
  }
  if (verdict.failing.length > 0) checksFailed(draft, entry, verdict, snapshot);
  else if (verdict.interrupted.some(isNotRun)) notRunHere(draft, entry, verdict.interrupted.filter(isNotRun));
  // In a group that cancels what is in progress, each of two runs would cancel the other for ever.
  else if (verdict.interrupted.length > 0 && isRunning(verdict)) limitWait(draft, entry, verdict);
  else if (verdict.interrupted.length > 0) rerun(draft, entry, verdict.interrupted);
  // Its jobs do not count before the base is merged into it, or a person has acted. The sweep looks again.
  else if (verdict.unjudged.length > 0) return;
  else if (verdict.verdict === "pending") limitWait(draft, entry, verdict);
  else entry.redBase = null;
}

function isRunning({ counted }: Verdict): boolean {
  return counted.some(({ conclusion }) => conclusion === null);
}

function checksFailed(draft: LaneDraft, entry: Entry, verdict: Verdict, snapshot: PullSnapshot): void {
  const own = ownFailures(entry, snapshot, verdict);
  const [first] = verdict.failing;
  if (first !== undefined && own.length === 0) {
    entry.redBase ??= { check: first.name, sha: snapshot.baseSha };
    return;
  }
  if (entry.redBase === null) {
    readFailure(draft, entry, own);
    return;
  }
  // The base is not red any more, but this head still lacks what made it green. It is judged after its update. Nothing updates a
  // pull that a person merges.
  if (snapshot.behindBy > 0 && entry.mode === "auto") return;
  entry.redBase = null;
  // The same commit of the base became green. What broke it may be gone from this head as well.
  if (own.every(({ producer }) => producer.kind === "job")) rerun(draft, entry, own);
  else readFailure(draft, entry, own);
}

function readFailure(draft: LaneDraft, entry: Entry, failing: Check[]): void {
  // An agent reads only what it may repair.
  const repaired = repairable(entry, failing);
  const read = repaired.length > 0 ? repaired : failing;
  entry.stage = { kind: "reading-failure", failing: read };
  draft.effects.push({
    type: "failure.read",
    repo: draft.state.repo,
    pull: entry.pull,
    head: entry.head,
    round: nextAsk(draft),
    checks: read,
  });
}

export function onFailureRead(draft: LaneDraft, event: LaneEventOf<"failure.read">): Ignored | null {
  const entry = findEntry(draft.state, event.pull);
  if (entry === null || entry.stage.kind !== "reading-failure" || entry.head !== event.head) return "stale-head";
  const { failing } = entry.stage;
  const names = [...new Set(failing.map((check) => check.name))];
  const first = event.details.map((detail) => detail.text.trim().split("\n")[0] ?? "").find((line) => line !== "");
  const fault = event.environment ?? null;
  // A machine on which the base passes can run the job: what it lacks, the change asks for, and an agent can repair that.
  if (fault !== null && !(canBeOfChange(fault) && passOnBase(entry, failing))) {
    environmentFailed(draft, entry, fault, first?.slice(0, 1_000) ?? names.join(", "));
    return null;
  }
  if (isForPeople(entry, failing)) {
    eject(draft, entry, { class: "policy-blocked", cause: { kind: "checks-for-people", names }, details: [] });
    return null;
  }
  const cause = { kind: "checks-red" as const, names, headline: first?.slice(0, 1_000) ?? null };
  eject(draft, entry, { class: "checks-failed", cause, details: event.details });
  return null;
}

/** Runs the checks once more, because a network may be back. Then the task waits, and no agent is paid for it. */
function environmentFailed(draft: LaneDraft, entry: Entry, fault: EnvironmentFault, text: string): void {
  const failing = entry.stage.kind === "reading-failure" ? entry.stage.failing : [];
  if (entry.reruns.count === 0 && failing.every(({ producer }) => producer.kind === "job")) {
    entry.stage = { kind: "queued" };
    rerun(draft, entry, failing);
    return;
  }
  eject(draft, entry, { class: "environment-failed", cause: { kind: "environment", fault, text }, details: [] });
}

function notRunHere(draft: LaneDraft, entry: Entry, checks: readonly Check[]): void {
  const text = checks.map(({ name }) => name).join(", ");
  const cause = { kind: "environment" as const, fault: "not-run-here" as const, text };
  eject(draft, entry, { class: "environment-failed", cause, details: [] });
}

function rerun(draft: LaneDraft, entry: Entry, interrupted: Check[]): void {
  if (entry.reruns.count >= MAX_RERUNS) {
    const cause = { kind: "checks-interrupted" as const, times: MAX_RERUNS + 1 };
    eject(draft, entry, { class: "checks-interrupted", cause, details: [] });
    return;
  }
  entry.reruns = { count: entry.reruns.count + 1, checks: interrupted.flatMap((check) => check.id ?? []) };
  draft.effects.push({
    type: "checks.rerun",
    repo: draft.state.repo,
    pull: entry.pull,
    head: entry.head,
    round: nextAsk(draft),
    checks: interrupted,
  });
}

export function onChecksRerun(draft: LaneDraft, event: LaneEventOf<"checks.rerun">): Ignored | null {
  const entry = findEntry(draft.state, event.pull);
  if (entry === null || entry.head !== event.head) return "stale-head";
  entry.headSince = draft.at;
  refresh(draft, entry);
  return null;
}

/**
 * Returns when a check that nothing has reported counts as missing: its workflow did not start. A check that needs another is reported
 * only when that one has ended, so its time to appear counts from then on. Where it came later on the base, it has that time.
 */
function missingFrom(entry: Entry, { missing, endedAt }: Verdict): number {
  const { headSince, checksMinutes, missingMinutes = MISSING_MINUTES, appearances = [] } = entry;
  const learned = Math.min(patienceFor(missing, appearances), checksMinutes * 60_000);
  return Math.max(Math.max(headSince, endedAt ?? 0) + missingMinutes * 60_000, headSince + learned);
}

function limitWait(draft: LaneDraft, entry: Entry, verdict: Verdict): void {
  const running = verdict.reasons.some((reason) => reason.verdict === "pending");
  const missing = !running && verdict.missing.length > 0;
  const due = missing ? missingFrom(entry, verdict) : entry.headSince + entry.checksMinutes * 60_000;
  if (draft.at <= due) {
    draft.effects.push(setTimer({ kind: "refresh", pull: entry.pull }, dueAfter(draft.at, due + 1 - draft.at)));
    return;
  }
  const ignored = verdict.reasons.flatMap((reason) => (reason.verdict === "missing" ? reason.ignored : []));
  const cause = missing
    ? {
        kind: "checks-missing" as const,
        names: verdict.missing,
        ...(ignored.length > 0 ? { ignored: ignored.slice(0, 10) } : {}),
      }
    : { kind: "checks-slow" as const, minutes: entry.checksMinutes };
  eject(draft, entry, { class: missing ? "checks-missing" : "checks-timed-out", cause, details: [] });
}
