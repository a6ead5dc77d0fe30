/**
 * Holds a feature while the App cannot work in its repository: it is archived, or the installation is suspended, removed or lacks a
 * permission. Effects wait in the outbox, and the feature resumes when the cause is gone. Ends it where the repository is deleted.
 */
import type { Closure } from "../../github.ts";
import { type Draft, type EventOf, nextRound, type Reaction } from "../draft.ts";
import { sendToLanes } from "../landing/submitting.ts";
import { isOver } from "../state.ts";
import { cancelFeature } from "./cancelling.ts";

/** A repository that the App has not seen for so long is gone. GitHub does not tell that from one it was taken from. */
const GONE_AFTER_MS = 30 * 24 * 3_600_000;

export function observeRepository({ state, effects }: Draft): void {
  effects.push({ type: "repository.observe", repo: state.repo });
}

export function onRepositoryObserved(draft: Draft, { repo, closed }: EventOf<"repository.observed">): Reaction {
  const { state, at } = draft;
  if (isOver(state) || repo.id !== state.repo.id) return "not-accepted-here";
  state.repo = repo;
  if (closed === null) return open(draft);
  if (closed.kind === "removed" && state.closed?.why.kind === "removed" && at - state.closed.since >= GONE_AFTER_MS) {
    return onRepositoryDeleted(draft);
  }
  close(draft, closed);
  return null;
}

/** Ends the feature. GitHub refuses its remaining effects, and the outbox gives them up. */
export function onRepositoryDeleted(draft: Draft): Reaction {
  if (isOver(draft.state)) return "not-accepted-here";
  cancelFeature(draft, "ghost");
  return null;
}

function close(draft: Draft, why: Closure): void {
  const { state, at } = draft;
  const since = state.closed?.why.kind === why.kind ? state.closed.since : at;
  const isNews = state.closed === null;
  state.closed = { why, since };
  if (isNews) holdEntries(draft, true);
}

function open(draft: Draft): Reaction {
  const { state } = draft;
  if (state.closed === null) return null;
  state.closed = null;
  holdEntries(draft, state.hold !== null || state.mergingStopped);
  // Webhooks of that time were not sent, so everything is read again.
  draft.effects.push({ type: "timer.set", timer: "sweep", dueAt: draft.at });
  return null;
}

function holdEntries(draft: Draft, held: boolean): void {
  const { state } = draft;
  const key = `${held ? "close" : "open"}:${state.key}:${nextRound(state)}`;
  sendToLanes(draft, { type: "entries.held", feature: state.key, held, lifts: false }, key);
}
