/** What a merge landed on: the commit that holds everything but it. */
import { type Entry, snapshotOf } from "./state.ts";

/**
 * null: not known. A pull that was rebased lands as several commits, whose last one's parent is the pull's own; and people merge
 * by whatever method they choose. So the parent of a single commit counts only where it is certain that there is no other.
 */
export function baseOf(entry: Entry, landed: { parents: readonly string[]; landedTree: string }): string | null {
  const [first, second] = landed.parents;
  if (first === undefined) return null;
  // A merge commit names the branch first.
  if (second !== undefined) return first;
  const { tried } = entry;
  const snapshot = snapshotOf(entry);
  const ours = tried !== null && tried.head === entry.head;
  // Nothing came between: it landed on what it was tested on, in however many commits.
  if (ours && tried.tree === landed.landedTree && tried.base !== null) return tried.base;
  // Somebody's commit came between, and this lane's own merge is one commit on top of that.
  if (ours && snapshot?.state === "open" && entry.method !== "rebase") return first;
  // What has been the branch's tip is none of the pull's commits.
  return first === snapshot?.baseSha ? first : null;
}
