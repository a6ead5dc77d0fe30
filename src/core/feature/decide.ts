/** A feature's judgement on everything that happens to it. */

import type { Effect } from "../effect.ts";
import type { FeatureEvent } from "../event.ts";
import { featureKey, topics } from "../keys.ts";
import { isSameStanding } from "../lane/standing.ts";
import { drift } from "../rules/drift.ts";
import { judgeBreaker, judgeFanIn } from "./attempt/allowance.ts";
import {
  cancelAttempt,
  dispatched,
  observeAttempt,
  observed,
  promote,
  promoted,
  pullOpened,
  refused,
} from "./attempt/attempts.ts";
import { cancel, commandGiven, goOn, hold, observeFeature, permissionObserved } from "./commands.ts";
import type { Draft, Reaction } from "./draft.ts";
import { advanceTask, attemptIdOf, failTask } from "./draft.ts";
import { addUndo } from "./landing/rollback.ts";
import { observeTarget, targetObserved, targetOf } from "./landing/targets.ts";
import { issueEdited, takeEditedText } from "./planning/approval.ts";
import { askForMore, askForPlan, planFailed, planMade, planQuestioned } from "./planning/making.ts";
import { planShown } from "./planning/showing.ts";
import { progress } from "./progress.ts";
import { isActive } from "./stages.ts";
import type { FeatureState, Task } from "./state.ts";
import { currentAttempt, findTask, isOver } from "./state.ts";
import { effectFailed, observeIssue, SWEEP_MS, timerDue } from "./time.ts";

type EventOf<Type extends FeatureEvent["type"]> = Extract<FeatureEvent, { type: Type }>;

/** `before` is given away: it becomes the draft. `decide` parses a copy of its own from what is stored. */
export function decideFeature(
  before: FeatureState | null,
  envelope: { id: string; at: number; event: FeatureEvent },
): { state: FeatureState | null; effects: Effect[]; ignored: Reaction } {
  const { event } = envelope;
  if (before === null && event.type !== "feature.labelled")
    return { state: null, effects: [], ignored: "not-accepted-here" };
  const state = before === null ? newFeature(event as EventOf<"feature.labelled">, envelope.at) : before;
  const draft: Draft = { state, at: envelope.at, eventId: envelope.id, effects: [] };
  const ignored = before === null ? begin(draft, event as EventOf<"feature.labelled">) : apply(draft, event);
  if (state.stage === "planning" || state.stage === "executing") {
    judgeBreaker(draft);
    judgeFanIn(draft);
  }
  progress(draft);
  if (ignored === null && state.base !== null) {
    draft.effects.push({ type: "status.publish", repo: state.repo, issue: state.issue.number });
  }
  return { state, effects: draft.effects, ignored };
}

function newFeature(event: EventOf<"feature.labelled">, at: number): FeatureState {
  return {
    key: featureKey(event.repo, event.issue),
    repo: event.repo,
    issue: { number: event.issue, title: event.title, body: event.body },
    stage: "planning",
    hold: null,
    parked: null,
    labelledBy: event.by,
    startedAt: at,
    endedAt: null,
    endedBy: null,
    round: 0,
    stoppedIn: 0,
    policy: null,
    prices: {},
    extraUsd: 0,
    warned: [],
    breaker: { state: "closed", trips: 0, cause: null, acknowledged: 0 },
    mergingStopped: false,
    ignoresLabel: false,
    endings: [],
    base: null,
    land: null,
    awaiting: [],
    edited: null,
    questions: null,
    checks: [],
    warnings: [],
    plan: null,
    planVersion: 0,
    planAwaited: false,
    planner: { usage: null, model: null },
    tasks: [],
    pendingCommands: [],
    answeredCommands: [],
  };
}

function begin(draft: Draft, event: EventOf<"feature.labelled">): Reaction {
  observeFeature(draft, event.by);
  draft.effects.push({ type: "timer.set", timer: "sweep", dueAt: draft.at + SWEEP_MS });
  return null;
}

function apply(draft: Draft, event: FeatureEvent): Reaction {
  const { state } = draft;
  switch (event.type) {
    case "feature.labelled":
      return labelledAgain(draft, event);
    case "feature.unlabelled":
      if (isOver(state)) return "not-accepted-here";
      hold(draft, event.by, "label");
      return null;
    case "feature.observed":
      return featureObserved(draft, event);
    case "plan.made":
      return planMade(draft, event);
    case "plan.failed":
      return planFailed(draft, event);
    case "plan.questioned":
      return planQuestioned(draft, event);
    case "plan.shown":
      return planShown(draft, event);
    case "issue.edited":
      return issueEdited(draft, event);
    case "issue.closed":
      // What is being taken back was given up already.
      if (isOver(state) || state.stage === "rolling-back") return "not-accepted-here";
      cancel(draft, event.by);
      return null;
    case "command.given":
      return commandGiven(draft, event);
    case "issue.observed":
      if (event.observation.labelled && event.round >= state.stoppedIn) state.ignoresLabel = false;
      for (const { key, event: missed } of drift(state, event.observation, event.round)) {
        draft.effects.push({ type: "send", to: state.key, key, event: missed });
      }
      return null;
    case "permission.observed":
      return permissionObserved(draft, event);
    case "hinted":
      return hinted(draft, event);
    case "attempt.dispatched":
      return dispatched(draft, event);
    case "attempt.observed":
      return observed(draft, event);
    case "change.promoted":
      return promoted(draft, event);
    case "change.refused":
      return refused(draft, event);
    case "pull.opened":
      return pullOpened(draft, event);
    case "entry.explained": {
      const task = taskInLane(state, event);
      if (task === null || task.stage !== "in-lane") return "stale-observation";
      const { standing, checking } = event;
      if (task.entry?.checking === checking && isSameStanding(task.entry.standing, standing)) return "duplicate";
      task.entry = { standing, checking };
      return null;
    }
    case "entry.landed":
      return landed(draft, event);
    case "entry.ejected":
      return ejected(draft, event);
    case "entry.left":
      return lastWord(state, event.task) ? null : "duplicate";
    case "branch.created":
      if (isOver(state)) draft.effects.push({ type: "branch.delete", repo: state.repo, branch: event.branch });
      if (state.land !== null || state.plan === null || isOver(state)) return "superseded";
      state.land = { branch: event.branch, sha: event.sha, asked: 0, observed: 0 };
      return null;
    case "branch.observed":
      return targetObserved(draft, event);
    case "revert.written":
      return revertWritten(draft, event);
    case "timer.due":
      return timerDue(draft, event.timer);
    case "effect.failed":
      return effectFailed(draft, event);
  }
}

/** The label came back, or its webhook did: look again at who wants what, and go on. */
function labelledAgain(draft: Draft, event: EventOf<"feature.labelled">): Reaction {
  const { state } = draft;
  if (isOver(state)) return "not-accepted-here";
  if (state.hold === null && state.parked === null) return "duplicate";
  state.labelledBy = event.by;
  observeFeature(draft, event.by);
  return null;
}

function featureObserved(draft: Draft, event: EventOf<"feature.observed">): Reaction {
  const { state } = draft;
  if (isOver(state)) return "not-accepted-here";
  if (event.permission !== "write" && event.permission !== "admin") {
    // Whatever runs already was asked for by somebody who may: it goes on as it was.
    if (state.stage === "planning" && !state.planAwaited) {
      state.parked = { kind: "label-unauthorised", by: event.by };
    }
    const notice = { about: "unauthorised-label" as const, by: event.by };
    draft.effects.push({ type: "notice.post", repo: state.repo, issue: state.issue.number, notice });
    return "unauthorised";
  }
  if (event.problems.length > 0 || event.base === null || event.policy === null) {
    state.parked = { kind: "not-ready", problems: event.problems };
    const notice = { about: "not-ready" as const, round: state.round, problems: event.problems };
    draft.effects.push({ type: "notice.post", repo: state.repo, issue: state.issue.number, notice });
    return null;
  }
  state.policy = event.policy;
  state.prices = event.prices;
  state.checks = event.checks;
  state.warnings = event.warnings;
  // Under way it stays with its branch, and asks for the tip anew: this look may be older than what has landed since.
  if (state.plan === null || state.base === null) state.base = { ...event.base, asked: 0, observed: 0 };
  else observeTarget(draft, state.base);
  // Whoever labelled has seen neither a later hold nor a later end: what was asked for before those lifts nothing.
  if (event.round < state.stoppedIn) return null;
  if (state.stage === "planning" && (state.hold !== null || state.parked !== null)) takeEditedText(state);
  goOn(draft);
  if (state.stage === "executing") askForMore(draft);
  // A plan costs money: of two looks under way only the first asks for one.
  if (state.stage === "planning" && !state.planAwaited) askForPlan(draft);
  return null;
}

function hinted(draft: Draft, event: EventOf<"hinted">): Reaction {
  const { state } = draft;
  // Somebody said something, which may be the answer, or changed what is asked for.
  if (event.topic.kind === "issue" && (state.stage === "planning" || state.stage === "proposed")) {
    observeIssue(draft);
    return null;
  }
  if (event.topic.kind !== "attempt") return "not-accepted-here";
  const { attempt, begins } = event.topic;
  // That an attempt is at work is worth a look only to those who wait for its prompt cache.
  if (begins && !state.tasks.some((one) => one.delay?.cause === "cache")) return "not-accepted-here";
  const task = state.tasks.find((one) => attemptIdOf(state, one, one.machine.attempt) === attempt);
  if (task === undefined || task.stage !== "working") return "stale-attempt";
  const observation = observeAttempt(state, task, draft.at);
  if (observation !== null) draft.effects.push(observation);
  return null;
}

function taskInLane(state: FeatureState, event: { task: string; pull: number }): Task | null {
  const task = findTask(state, event.task);
  return task !== undefined && task.pull === event.pull ? task : null;
}

function landed(draft: Draft, event: EventOf<"entry.landed">): Reaction {
  const { state } = draft;
  const task = taskInLane(state, event);
  if (task === null || task.landing !== null) return "duplicate";
  task.landing = {
    order: event.order,
    base: event.base,
    mergeSha: event.mergeSha,
    mergedAt: event.mergedAt,
    head: event.head,
    testedTree: event.testedTree,
    landedTree: event.landedTree,
  };
  countGate(task, event.gateMs);
  task.head = event.head;
  task.promoted = [];
  task.breaker = "closed";
  task.fingerprint = null;
  task.setback = null;
  task.commits = null;
  task.change = null;
  task.entry = null;
  // What it was told stands in its pull, and would be read and written with every event from here on.
  task.plan = { ...task.plan, description: "", acceptance: [], checks: [] };
  draft.effects.push({ type: "branch.delete", repo: state.repo, branch: task.branch });
  if (isActive(task.stage)) cancelAttempt(draft, task);
  // A cancelled feature's last merge may still arrive: it is remembered, and taken back where everything is.
  advanceTask(task, { type: "LANDED" });
  const target = targetOf(state, task);
  if (target !== null) target.sha = event.mergeSha;
  if (!isOver(state)) observeTarget(draft, target);
  lastWord(state, task.plan.id);
  if (state.stage === "rolling-back" && task.undoes === null) addUndo(draft, task.plan.id);
  return null;
}

/** However long it says that it took, the sum can be stored. */
function countGate(task: Task, ms: number): void {
  task.gateMs = Math.min(task.gateMs + ms, Number.MAX_SAFE_INTEGER);
}

/** A lane has said what became of a task that was given up. False: nobody waits for that. */
function lastWord(state: FeatureState, task: string): boolean {
  if (!state.awaiting.includes(task)) return false;
  state.awaiting = state.awaiting.filter((id) => id !== task);
  return true;
}

function revertWritten(draft: Draft, event: EventOf<"revert.written">): Reaction {
  const task = findTask(draft.state, event.task);
  if (task === undefined || task.stage !== "promoting" || task.undoes === null || task.head !== null) {
    return "superseded";
  }
  task.head = event.head;
  promote(draft, task);
  return null;
}

function ejected(draft: Draft, event: EventOf<"entry.ejected">): Reaction {
  const { state } = draft;
  const task = taskInLane(state, event);
  if (task !== null && lastWord(state, event.task)) return null;
  if (task === null || task.stage !== "in-lane") return "stale-observation";
  task.head = event.head;
  countGate(task, event.gateMs);
  if (event.failure.class === "conflict-with-base") observeTarget(draft, targetOf(state, task));
  return failTask(draft, task, event.failure, "lane");
}

/** Through which topics hints find this feature. */
export function featureRoutes(state: FeatureState): string[] {
  if (isOver(state)) return [];
  const routes = [topics.issue(state.repo, state.issue.number)];
  for (const task of state.tasks) {
    const attempt = currentAttempt(task);
    if (attempt !== undefined && (task.stage === "dispatching" || task.stage === "working")) {
      routes.push(topics.attempt(state.repo, attemptIdOf(state, task, attempt.number)));
    }
  }
  return routes;
}
