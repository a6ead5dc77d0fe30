/**
 * Compares what GitHub shows with the state, and returns the differences as events. Comments and the first label carry the keys of
 * their webhooks, so that a webhook that was not lost and its copy here count once.
 */

import type { IssueObservation } from "../command.ts";
import type { FeatureEvent } from "../event.ts";
import type { FeatureState } from "../feature/state.ts";
import { isOver } from "../feature/state.ts";

export interface Drift {
  key: string;
  event: FeatureEvent;
}

/** `round` numbers the sweeps: what happens again after it was undone is a new event. */
export function drift(state: FeatureState, observed: IssueObservation, round: number): Drift[] {
  if (isOver(state)) return [];
  // A comment from before the label was no command for us. Comments carry whole seconds only.
  const { startedAt, questions } = state;
  const meant = observed.commands.filter(({ at, command }) =>
    command.verb === "answer" ? questions !== null && at > questions.askedAt : at >= startedAt - 1_000,
  );
  const differences: Drift[] = meant.map(({ comment, by, createdAt, at, command, pull }) => ({
    key: `comment:${comment}:${createdAt}`,
    event: { type: "command.given", comment, by, writtenAt: at, command, ...(pull === undefined ? {} : { pull }) },
  }));
  if (!observed.open) {
    if (state.stage === "rolling-back" || state.issueClosed) return differences;
    differences.push({ key: `closed:sweep:${round}`, event: { type: "issue.closed", by: null } });
    return differences;
  }
  // An observation from before the closing does not show that it is open again.
  if (state.issueClosed && round >= state.stoppedIn) {
    differences.push({ key: `reopened:sweep:${round}`, event: { type: "issue.reopened" } });
  }
  const { title, body } = observed;
  const known = state.edited ?? state.issue;
  if (title !== known.title || body !== known.body) {
    differences.push({ key: `edited:sweep:${round}`, event: { type: "issue.edited", title, body } });
  }
  const heldForLabel = state.hold?.cause === "label";
  if (!observed.labelled && state.hold === null && !state.ignoresLabel) {
    differences.push({ key: `unlabelled:sweep:${round}`, event: { type: "feature.unlabelled", by: "somebody" } });
  }
  // An observation from before the label was removed does not show that it is back.
  if (observed.labelled && heldForLabel && round >= state.stoppedIn) {
    const { repo, issue, labelledBy } = state;
    const event = {
      type: "feature.labelled" as const,
      repo,
      issue: issue.number,
      title: issue.title,
      body: issue.body,
      by: labelledBy,
    };
    differences.push({ key: `labelled:sweep:${round}`, event });
  }
  return differences;
}
