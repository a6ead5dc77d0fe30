/**
 * Reacts to the closing of the feature's issue. By a person with write access it ends the feature. By anybody else, such as its author
 * or a bot for stale issues, it only holds it, and a person is asked. Until it is known who it was, the feature is on hold.
 */
import { holdFeature, liftHold } from "../commands/holding.ts";
import { type Draft, type EventOf, nextRound, postNotice, type Reaction } from "../draft.ts";
import { isOver } from "../state.ts";
import { isEnded } from "../task.ts";
import { cancelFeature } from "./cancelling.ts";
import { onReopenedAfterEnd } from "./lives.ts";

/** Asks who closed it, unless the feature was cancelled before and its merges are being reverted. */
export function onIssueClosed(draft: Draft, { by }: EventOf<"issue.closed">): Reaction {
  const { state, effects } = draft;
  if (isOver(state) || state.stage === "rolling-back") return "not-accepted-here";
  state.issueClosed = true;
  holdFeature(draft, by ?? "ghost", "closed");
  const round = nextRound(state);
  effects.push({ type: "closing.observe", repo: state.repo, issue: state.issue.number, by, round });
  return null;
}

export function onClosingObserved(draft: Draft, event: EventOf<"closing.observed">): Reaction {
  const { state } = draft;
  if (isOver(state) || state.stage === "rolling-back") return "superseded";
  // It was opened again meanwhile.
  if (event.open || !state.issueClosed) return onIssueReopened(draft);
  const { by, permission } = event;
  if (state.hold?.cause === "closed") state.hold.by = by;
  if (permission === "write" || permission === "admin") {
    cancelFeature(draft, by);
    return null;
  }
  postNotice(draft, { about: "closed-by-other", by, round: event.round });
  return null;
}

/** Ends the feature: people cannot follow or steer it without its issue. Only people with write access move or delete issues. */
export function onIssueGone(draft: Draft, { why, by }: EventOf<"issue.gone">): Reaction {
  const { state } = draft;
  if (isOver(state) || state.stage === "rolling-back") return "not-accepted-here";
  const pulls = state.tasks.flatMap((task) => (task.pull === null || isEnded(task) ? [] : [task.pull]));
  for (const pull of [null, ...pulls]) {
    postNotice(draft, { about: "issue-gone", why, by, issue: state.issue.number, pull }, pull ?? undefined);
  }
  cancelFeature(draft, by ?? "ghost");
  return null;
}

/** Goes on where only the closing held the feature. */
export function onIssueReopened(draft: Draft): Reaction {
  const { state } = draft;
  if (isOver(state)) return onReopenedAfterEnd(draft);
  if (!state.issueClosed) return "not-accepted-here";
  state.issueClosed = false;
  if (state.hold?.cause === "closed") liftHold(draft);
  return null;
}
