/** Says what changes that need a person's approval do, in the standing of a pull, in its text and in a terminal. */
import type { GuardedChange, GuardKind } from "../core/promotion/guarded.ts";

/** Follows a path in brackets. */
export const guardWords: Record<GuardKind, string> = {
  scripts: "scripts",
  "test-config": "test settings",
  "lint-config": "lint settings",
  "ci-config": "CI settings",
  "test-removed": "a deleted test",
  "test-skipped": "a skipped test",
  "run-by-check": "run by a required check",
  protected: "protected",
  workflow: "GitHub settings",
  more: "further files",
};

type Guarded = Pick<GuardedChange, "kind">;

/** Says why such changes matter. It follows the pull: `#12 changes what its required checks do`. */
export function guardedReason(changes: readonly Guarded[]): string {
  const only = (kind: GuardKind) => changes.length > 0 && changes.every((change) => change.kind === kind);
  if (only("protected")) return "changes protected files";
  if (changes.some(({ kind }) => kind === "protected"))
    return "changes protected files and what its required checks do";
  return "changes what its required checks do";
}
