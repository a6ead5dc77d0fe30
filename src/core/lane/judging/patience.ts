/**
 * Learns from commits of the base how late a required check may first be reported. Some tools report minutes after a push, and jobs
 * that need others appear only when those have ended, so no fixed time tells a late check from one that never comes.
 */
import type { Appearance, Check, RequiredCheck } from "../../github.ts";

/** A commit with its checks. `at`: when it was made, in milliseconds since 1970; null: unknown. */
export interface Reported {
  at: number | null;
  checks: readonly Pick<Check, "name" | "startedAt" | "completedAt">[];
}

/** A check may take twice as long as it was seen to take. */
const SLACK = 2;

/** Leaves out the checks that none of the commits has. */
export function appearancesOf(required: readonly RequiredCheck[], commits: readonly Reported[]): Appearance[] {
  return required.flatMap(({ name }) => {
    const delays = commits.flatMap((commit) => delayOf(name, commit) ?? []);
    return delays.length === 0 ? [] : [{ check: name, ms: Math.max(...delays) }];
  });
}

/** Counts from the first other check, which shows when the commit was pushed. A commit may be made long before that. */
function delayOf(name: string, { at, checks }: Reported): number | null {
  const starts = (own: boolean) =>
    checks
      .filter((check) => (check.name === name) === own)
      .flatMap((check) => check.startedAt ?? check.completedAt ?? []);
  const [own, others] = [starts(true), starts(false)];
  const begun = others.length > 0 ? Math.min(...others) : at;
  return own.length === 0 || begun === null ? null : Math.max(0, Math.min(...own) - begun);
}

/** Returns how many milliseconds after its head appeared a check of these names may still be reported; 0: nothing was learned. */
export function patienceFor(names: readonly string[], learned: readonly Appearance[]): number {
  return SLACK * Math.max(0, ...learned.filter(({ check }) => names.includes(check)).map(({ ms }) => ms));
}
