/** Sends features why their entries are not merging, and whether required checks run or are about to. */
import { conflictAhead, mayAdvance } from "./ahead.ts";
import { type LaneDraft, nextAsk } from "./draft.ts";
import { judgeEntry, waitingChanges } from "./judging/approval.ts";
import { brokenByBase } from "./judging/base.ts";
import { awaitsApproval, conflictsAhead, isSameList, isSameStanding, type Standing } from "./standing.ts";
import { type Entry, isAway, isWithdrawn, type LaneState, snapshotOf, withoutRerun } from "./state.ts";

/** Refusals without a known reason that are not shown. With their pauses, about five minutes. */
const TRANSIENT = 2;

/** Sends nothing that was sent last: every send is an event, and every event of a feature may edit its status comment. */
export function reportStanding(draft: LaneDraft, entry: Entry): void {
  const { state } = draft;
  if (isAway(entry) || isWithdrawn(entry)) return;
  const standing = entryStanding(state, entry);
  const checking = isChecking(entry);
  const wishes = snapshotOf(entry)?.changesWishedBy ?? [];
  const { explained } = entry;
  const isSame = explained?.checking === checking && isSameStanding(explained.standing, standing);
  if (isSame && isSameList(explained.wishes ?? [], wishes)) return;
  entry.explained = { standing, checking, ...(wishes.length > 0 ? { wishes } : {}) };
  draft.effects.push({
    type: "send",
    to: entry.feature,
    key: `explained:${state.key}:${entry.pull}:${nextAsk(draft)}`,
    event: { type: "entry.explained", task: entry.task, pull: entry.pull, ...entry.explained },
  });
}

/** Returns true where required checks run on the entry's head, or will once GitHub shows it. They take jobs that attempts could have. */
function isChecking(entry: Entry): boolean {
  const snapshot = snapshotOf(entry);
  if (entry.stage.kind === "merging") return false;
  if (snapshot === null || entry.stage.kind === "updating" || snapshot.headSha !== entry.head) return true;
  const { reasons, unjudged } = judgeEntry(entry, withoutRerun(entry, snapshot));
  return unjudged.length === 0 && reasons.some(({ verdict }) => verdict === "pending" || verdict === "missing");
}

function entryStanding(state: LaneState, entry: Entry): Standing {
  const snapshot = snapshotOf(entry);
  if (entry.stage.kind === "merging") return { kind: "merging" };
  if (state.halted !== null) return { kind: "queue-halted", halt: state.halted };
  if (entry.held) return { kind: "held" };
  if (snapshot === null) return { kind: "joined" };
  if (snapshot.draft) return { kind: "draft" };
  if (snapshot.heldBy !== undefined) return { kind: "label", label: snapshot.heldBy };
  const reviewer = snapshot.changesRequestedBy[0];
  if (reviewer !== undefined) {
    const ofEarlierHead = (snapshot.changeRequests ?? []).some((one) => one.by === reviewer && one.head !== entry.head);
    return { kind: "changes-requested", by: reviewer, ofEarlierHead };
  }
  if (entry.stage.kind === "updating") return { kind: "updating", branch: state.branch };
  if (entry.stage.kind === "reading-failure") return { kind: "reading-failure" };
  const waiting = waitingChanges(entry);
  if (waiting.length > 0) return awaitsApproval(entry.approval.number, waiting);
  const conflict = mayAdvance(state, entry) ? conflictAhead(state, entry) : null;
  if (conflict !== null) return conflictsAhead(conflict.ahead.pull, conflict.paths);
  const broken = brokenByBase(entry);
  if (broken !== null) {
    return { kind: "base-red", check: broken, branch: state.branch, sha: entry.redBase?.sha ?? snapshot.baseSha };
  }
  const { unjudged, reasons } = judgeEntry(entry, snapshot);
  if (unjudged.length > 0) {
    // A pull that a person merges is never updated.
    const behind = snapshot.behindBy > 0 && entry.mode === "auto";
    return { kind: "workflows-differ", branch: state.branch, behind };
  }
  for (const { check, verdict, ignored } of reasons) {
    if (verdict === "pass") continue;
    return { kind: "check", name: check, verdict, ...(ignored.length > 0 ? { ignored } : {}) };
  }
  if (entry.mode === "ready") return { kind: "ready-for-person" };
  const { refused, tries } = entry;
  // A refusal without a known reason may pass, as during an outage. A person is asked once it stays.
  if (refused !== null && (refused.requires !== null || tries.refusals > TRANSIENT)) {
    return { kind: "merge-refused", requires: refused.requires, text: refused.text };
  }
  if (snapshot.mergeable === null) return { kind: "mergeability-unknown" };
  const ahead = state.entries.find((other) => other.pull === state.front);
  if (ahead !== undefined && ahead !== entry) return { kind: "behind", pull: ahead.pull };
  return { kind: "next" };
}
