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
  const { baseChecks, producers } = snapshot;
  if (baseChecks === null) return failing;
  // On the base another file may make the check, such as one that runs on pushes.
  const base = judgeHead(entry, { checks: baseChecks, producers: fromAnyFile(producers), sameWorkflows: true });
  // A base that was red and has moved may be red again. Until it is known, an update would only cost jobs.
  const waits = (verdict: string) => verdict === "fail" || (verdict === "pending" && entry.redBase !== null);
  const red = new Set(base.reasons.filter(({ verdict }) => waits(verdict)).map(({ check }) => check));
  return failing.filter((check) => !red.has(check.name));
}

/** Returns a check that fails on the head because the base is red; null: the base breaks nothing, or something fails beside it. */
export function brokenByBase(entry: Entry): string | null {
  const snapshot = snapshotOf(entry);
  if (snapshot === null || snapshot.headSha !== entry.head) return null;
  const verdict = judgeEntry(entry, withoutRerun(entry, snapshot));
  const [first] = verdict.failing;
  return first !== undefined && ownFailures(entry, snapshot, verdict).length === 0 ? first.name : null;
}
