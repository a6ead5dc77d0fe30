/** Holds a feature, and resumes it. */
import { halfOpen } from "../attempt/breaker.ts";
import { type Draft, type EventOf, nextRound, observeFeature, type Reaction } from "../draft.ts";
import { sendToLanes } from "../landing/submitting.ts";
import { refreshTargets } from "../landing/targets.ts";
import { takeEditedText } from "../planning/approval.ts";
import { showPlan } from "../planning/showing.ts";
import type { Refusal } from "../refusal.ts";
import type { FeatureState } from "../state.ts";
import { isOver } from "../state.ts";
import { bringBackResumed, hasStopped } from "./retrying.ts";

export function onUnlabelled(draft: Draft, event: EventOf<"feature.unlabelled">): Reaction {
  if (isOver(draft.state)) return "not-accepted-here";
  holdFeature(draft, event.by, "label");
  return null;
}

export function holdFeature(draft: Draft, by: string, cause: "command" | "label" | "closed"): void {
  const { state } = draft;
  // Counts a repeated hold again: an observation may be under way for a person who resumed before it.
  state.stoppedIn = nextRound(state);
  const isNews = state.hold === null;
  // Prevents that the label, when it comes back, undoes a command.
  if (!isNews && cause !== "command") return;
  state.hold = { by, cause };
  if (!isNews) return;
  const key = `hold:${state.key}:${state.stoppedIn}`;
  sendToLanes(draft, { type: "entries.held", feature: state.key, held: true, lifts: false }, key);
}

/** `comment`: the command's, and `pull` where it was written, if not on the issue. */
export function resumeFeature(
  draft: Draft,
  { by, comment, pull }: { by: string; comment: number; pull: number | undefined },
): Refusal | null {
  const { state } = draft;
  if (isOver(state)) return { kind: "over", verb: "resume", stage: state.stage };
  const paused = state.breaker.state === "open";
  const stopped = state.hold !== null || state.parked !== null;
  if (!stopped && !hasEntry(state) && !paused && !hasStopped(state)) return { kind: "nothing-stopped" };
  if (state.hold?.cause === "label") state.ignoresLabel = true;
  liftStops(draft);
  bringBackResumed(draft, { comment, pull });
  if (!stopped || state.stage !== "planning") return null;
  takeEditedText(state);
  // The observation that leads to a plan may have ended at the hold.
  if (!state.planAwaited) observeFeature(draft, by);
  return null;
}

/** Lifts everything that stops the feature. */
export function liftStops(draft: Draft): void {
  const { state } = draft;
  halfOpen(state);
  // Also lifts a halt of the lane itself.
  if (state.hold !== null || hasEntry(state)) release(draft, true);
  if (state.parked !== null) {
    state.parked = null;
    if (state.stage === "proposed") showPlan(draft);
    refreshTargets(draft);
  }
}

/** Lifts a hold, and no halt of the lane: nobody has seen why it halted. */
export function liftHold(draft: Draft): void {
  release(draft, false);
}

function release(draft: Draft, lifts: boolean): void {
  const { state } = draft;
  state.hold = null;
  const held = state.mergingStopped || state.closed !== null;
  const event = { type: "entries.held" as const, feature: state.key, held, lifts };
  sendToLanes(draft, event, `resume:${state.key}:${nextRound(state)}`);
}

function hasEntry(state: FeatureState): boolean {
  return state.tasks.some((task) => task.stage === "in-lane");
}
