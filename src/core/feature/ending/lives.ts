/**
 * Begins a feature anew where its issue is labelled after an end. Each life is an aggregate of its own, with branches, attempts and
 * comments of its own, so that nothing late of a former life reaches it. The former one still cleans up what comes to it, and passes on
 * what people do to the issue.
 */
import { featureKey } from "../../keys.ts";
import { type Draft, type EventOf, postNotice, type Reaction } from "../draft.ts";
import { endedAt, type FeatureState, isOver } from "../state.ts";

/** Milliseconds by which GitHub's clock may differ from ours, with its whole seconds. */
const CLOCKS_MS = 5_000;

type Label = EventOf<"feature.labelled">;

/** Begins the next life. Ignores a label that asked for the life that is over. */
export function beginAnew(draft: Draft, event: Label): Reaction {
  const { state, effects, eventId } = draft;
  if (!isOver(state) || !isNewLabel(state, event)) return "superseded";
  const number = state.life.number + 1;
  const attempts = Math.max(state.life.attempts, ...state.tasks.map((task) => task.machine.attempt));
  state.life.isFormer = true;
  effects.push({
    type: "send",
    to: featureKey(state.repo, state.issue.number, number),
    key: `life:${eventId}`,
    event: { ...event, life: { number, attempts, ended: state.stage } },
  });
  return "passed-on";
}

function isNewLabel(state: FeatureState, { labelledAt }: Label): boolean {
  if (labelledAt === undefined || labelledAt <= (state.life.labelledAt ?? 0)) return false;
  return labelledAt >= (endedAt(state) ?? 0) - CLOCKS_MS;
}

/** Hands the event to the next life. Returns false where there is none, or the event is not about the issue. */
export function passOn({ state, effects, eventId }: Draft, event: { type: string }): boolean {
  if (!state.life.isFormer || !isAboutIssue(event)) return false;
  const to = featureKey(state.repo, state.issue.number, state.life.number + 1);
  effects.push({ type: "send", to, key: `life:${eventId}`, event });
  return true;
}

type AboutIssue = EventOf<
  "feature.labelled" | "feature.unlabelled" | "issue.closed" | "issue.reopened" | "issue.gone" | "command.given"
>;

const aboutIssue: ReadonlySet<string> = new Set<AboutIssue["type"]>([
  "feature.labelled",
  "feature.unlabelled",
  "issue.closed",
  "issue.reopened",
  "issue.gone",
  "command.given",
]);

function isAboutIssue(event: { type: string }): event is AboutIssue {
  return aboutIssue.has(event.type);
}

/** Says how to begin anew: opening the issue again does not. */
export function onReopenedAfterEnd(draft: Draft): Reaction {
  const { state } = draft;
  if (!isOver(state)) return "not-accepted-here";
  postNotice(draft, { about: "reopened-after-end", stage: state.stage });
  return null;
}
