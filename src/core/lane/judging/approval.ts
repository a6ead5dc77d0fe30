/**
 * Holds an entry while a person has to approve changes that its checks cannot vouch for. Approvals count for a file's content: by
 * review, which the observation shows, or by command, which the entry keeps. So they survive repairs and updates that leave the
 * content, and no approval ever lets another content merge. Changes below `.github` wait whatever the policy says, because the head's
 * jobs judge nothing without an approval.
 */
import { fromAnyFile, type PullSnapshot } from "../../github.ts";
import { type GuardedChange, MAX_GUARDED, type ReviewedChange, waitsForApproval } from "../../promotion/guarded.ts";
import { judgeHead, type Verdict } from "../gate.ts";
import { type Entry, snapshotOf } from "../state.ts";

/** Returns the changes of the observed head that nobody has approved and that have to be. */
export function waitingChanges(entry: Entry): GuardedChange[] {
  const snapshot = snapshotOf(entry);
  if (snapshot === null) return [];
  return snapshot.guarded
    .filter(({ kind }) => waitsForApproval(kind, entry) && !(kind === "workflow" && snapshot.sameWorkflows))
    .filter((change) => !isApproved(entry, change))
    .map(({ path, kind, content }) => ({ path, kind, content }));
}

function isApproved({ approval }: Entry, change: ReviewedChange): boolean {
  return change.approvedBy !== null || approval.granted.some((granted) => isSameChange(granted, change));
}

/** Leaves the kind out: an approval is of a file's content, whatever makes it matter. */
function isSameChange(left: GuardedChange, right: GuardedChange): boolean {
  return (
    left.path === right.path && left.content === right.content && (left.kind === "more") === (right.kind === "more")
  );
}

/**
 * Judges the entry's head. Its jobs also count where its `.github` differs from the base's because of the head alone, and a person
 * approved every file of that difference.
 */
export function judgeEntry(entry: Entry, snapshot: PullSnapshot): Verdict {
  if (snapshot.sameWorkflows || !hasApprovedWorkflows(entry, snapshot)) return judgeHead(entry, snapshot);
  // The approved files may make the check in another place.
  return judgeHead(entry, { ...snapshot, producers: fromAnyFile(snapshot.producers), sameWorkflows: true });
}

function hasApprovedWorkflows(entry: Entry, { behindBy, guarded }: PullSnapshot): boolean {
  // A head that is behind may differ by what the base changed since, which the list of the head's own changes leaves out.
  if (behindBy > 0) return false;
  // Files of `.github` may be among those that stand for all further ones.
  const changes = guarded.filter(({ kind }) => kind === "workflow" || kind === "more");
  return changes.length > 0 && changes.every((change) => isApproved(entry, change));
}

/** Gives the waiting changes a new number when they differ from those that people were shown under the last one. */
export function numberWaiting(entry: Entry): void {
  const { approval } = entry;
  const waiting = waitingChanges(entry);
  const same = waiting.length === approval.waiting.length && waiting.every((one) => includes(approval.waiting, one));
  if (!same) approval.number += 1;
  approval.waiting = waiting;
}

function includes(changes: readonly GuardedChange[], one: GuardedChange): boolean {
  return changes.some((change) => isSameChange(change, one));
}

/** Keeps what a person approved with a command, whatever becomes of the head. An entry that forgets waits again. */
export function grantWaiting({ approval }: Entry): void {
  const before = approval.granted.filter((granted) => !includes(approval.waiting, granted));
  approval.granted = [...before, ...approval.waiting].slice(-2 * MAX_GUARDED);
}
