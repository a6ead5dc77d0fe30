/**
 * Tells a head that broke a check from a base that did. No agent can fix on a task's branch what is red on the base, so such an
 * entry waits, spends no try, and lets others pass: one of them may be the fix.
 */
import { type Check, fromAnyFile, type PullSnapshot } from "../../github.ts";
import { judgeHead, type Verdict } from "../gate.ts";
import { type Entry, snapshotOf, withoutRerun } from "../state.ts";
import { judgeEntry } from "./approval.ts";

/** Returns the failing checks that do not fail on the base. What the base has not reported is the head's own. */
export function ownFailures(entry: Entry, snapshot: PullSnapshot, { failing }: Verdict): Check[] {
  const base = judgeBase(entry, snapshot);
  if (base === null) return failing;
  // A base that was red and has moved may be red again. Until it is known, an update would only cost jobs.
  const waits = (verdict: string) => verdict === "fail" || (verdict === "pending" && entry.redBase !== null);
  const red = new Set(base.reasons.filter(({ verdict }) => waits(verdict)).map(({ check }) => check));
  return failing.filter((check) => !red.has(check.name));
}

/** Returns true where the base is known to pass each of these checks of the head. */
export function passOnBase(entry: Entry, checks: readonly Check[]): boolean {
  const snapshot = snapshotOf(entry);
  const base = snapshot === null || snapshot.headSha !== entry.head ? null : judgeBase(entry, snapshot);
  const passing = new Set(base?.reasons.filter(({ verdict }) => verdict === "pass").map(({ check }) => check));
  return checks.every(({ name }) => passing.has(name));
}

function judgeBase(entry: Entry, { baseChecks, producers }: PullSnapshot): Verdict | null {
  if (baseChecks === null) return null;
  // On the base another file may make the check, such as one that runs on pushes.
  return judgeHead(entry, { checks: baseChecks, producers: fromAnyFile(producers), sameWorkflows: true });
}

/** Returns a check that fails on the head because the base is red; null: the base breaks nothing, or something fails beside it. */
export function brokenByBase(entry: Entry): string | null {
  const snapshot = snapshotOf(entry);
  if (snapshot === null || snapshot.headSha !== entry.head) return null;
  const verdict = judgeEntry(entry, withoutRerun(entry, snapshot));
  const [first] = verdict.failing;
  return first !== undefined && ownFailures(entry, snapshot, verdict).length === 0 ? first.name : null;
}
