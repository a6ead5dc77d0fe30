/** Admits a labelled feature to planning: checks who asked, and whether the repository is ready. */
import { featureKey } from "../../keys.ts";
import { liftStops } from "../commands/holding.ts";
import { type Draft, type EventOf, observeFeature, postNotice, type Reaction } from "../draft.ts";
import { beginAnew } from "../ending/lives.ts";
import { observeTarget } from "../landing/targets.ts";
import { FEATURE_SWEEP_MS } from "../reconciling.ts";
import type { FeatureState } from "../state.ts";
import { isOver } from "../state.ts";
import { takeEditedText } from "./approval.ts";
import { askForMore, askForPlan } from "./making.ts";

export function newFeature(event: EventOf<"feature.labelled">, at: number): FeatureState {
  return {
    key: featureKey(event.repo, event.issue, event.life?.number),
    repo: event.repo,
    life: {
      number: event.life?.number ?? 1,
      attempts: event.life?.attempts ?? 0,
      former: event.life?.ended ?? null,
      labelledAt: event.labelledAt ?? null,
      isFormer: false,
    },
    issue: { number: event.issue, title: event.title, body: event.body },
    edited: null,
    stage: "planning",
    hold: null,
    closed: null,
    parked: null,
    labelledBy: event.by,
    startedAt: at,
    round: 0,
    stoppedIn: 0,
    issueClosed: false,
    stopWord: null,
    policy: null,
    base: null,
    plan: null,
    prices: {},
    extraUsd: 0,
    warned: [],
    breaker: { state: "closed", trips: 0, cause: null, acknowledged: 0 },
    mergingStopped: false,
    ignoresLabel: false,
    endings: [],
    land: null,
    awaiting: [],
    checks: [],
    warnings: [],
    questions: null,
    planVersion: 0,
    planAwaited: false,
    planner: { usage: null, model: null },
    tasks: [],
    pendingCommands: [],
    senders: [],
    heardUntil: at,
    answeredCommands: [],
  };
}

export function onFirstLabelled(draft: Draft, event: EventOf<"feature.labelled">): Reaction {
  observeFeature(draft, event.by);
  draft.effects.push({ type: "timer.set", timer: "sweep", dueAt: draft.at + FEATURE_SWEEP_MS });
  return null;
}

/** Checks the permission of a person who labels again, before the feature resumes. Also reached by a copy of a webhook. */
export function onLabelledAgain(draft: Draft, event: EventOf<"feature.labelled">): Reaction {
  const { state } = draft;
  if (isOver(state)) return beginAnew(draft, event);
  const { labelledAt = 0 } = event;
  state.life.labelledAt = Math.max(state.life.labelledAt ?? 0, labelledAt);
  if (state.hold === null && state.parked === null) return "duplicate";
  state.labelledBy = event.by;
  observeFeature(draft, event.by);
  return null;
}

export function onFeatureObserved(draft: Draft, event: EventOf<"feature.observed">): Reaction {
  const { state } = draft;
  if (isOver(state)) return "not-accepted-here";
  if (event.permission !== "write" && event.permission !== "admin") {
    // A running feature was asked for by a person with write access, so it continues.
    if (state.stage === "planning" && !state.planAwaited) state.parked = { kind: "label-unauthorised", by: event.by };
    postNotice(draft, { about: "unauthorised-label", by: event.by });
    return "unauthorised";
  }
  const { problems, policy, base, prices, checks, warnings } = event;
  if (problems.length > 0 || base === null || policy === null) {
    state.parked = { kind: "not-ready", problems };
    postNotice(draft, { about: "not-ready", round: state.round, problems });
    return null;
  }
  state.policy = policy;
  state.prices = prices;
  state.checks = checks;
  if (event.appearances !== undefined) state.appearances = event.appearances;
  state.warnings = warnings;
  // A running feature keeps its branch and reads the tip again: this one may be older than its last merge.
  if (state.stage === "planning") state.base = { ...base, asked: 0, observed: 0 };
  else observeTarget(draft, state.base);
  // The person who labelled had not seen a later hold or end, so an observation from before lifts neither.
  if (event.round < state.stoppedIn) return null;
  if (state.stage === "planning" && (state.hold !== null || state.parked !== null)) takeEditedText(state);
  liftStops(draft);
  if (state.stage === "executing") askForMore(draft);
  // A plan costs money: of two observations under way only the first asks for one.
  if (state.stage !== "planning" || state.planAwaited) return null;
  const { number, former } = state.life;
  if (former !== null) postNotice(draft, { about: "begun-anew", life: number, by: event.by, former });
  askForPlan(draft);
  return null;
}
