/** What becomes of a feature when time passes: timers, sweeps, and effects that were given up. */
import type { FeatureEvent } from "../event.ts";
import { failureRules } from "../failure.ts";
import { activityOf } from "../rules/activity.ts";
import { breakerDue } from "./attempt/allowance.ts";
import { cancelAttempt, observeAttempt, overdue, promote } from "./attempt/attempts.ts";
import { permissionUnknown } from "./commands.ts";
import type { Draft, Reaction } from "./draft.ts";
import { advanceTask, failTask, submit } from "./draft.ts";
import { keepPlan } from "./planning/showing.ts";
import type { Task } from "./state.ts";
import { findTask, isOver } from "./state.ts";

type EventOf<Type extends FeatureEvent["type"]> = Extract<FeatureEvent, { type: Type }>;

/** How often a feature under way looks at GitHub by itself, for webhooks that were lost. */
export const SWEEP_MS = 60_000;
/** While it waits for a person, who writes comments whose webhooks mostly arrive. */
const IDLE_SWEEP_MS = 10 * 60_000;

export function timerDue(draft: Draft, timer: string): Reaction {
  const { state } = draft;
  const [name, rest = ""] = split(timer);
  if (name === "attempt") return overdue(draft, rest);
  if (name === "wait") {
    const task = findTask(state, rest);
    if (task === undefined || task.stage !== "waiting") return "superseded";
    if (task.setback !== null) task.setback.until = null;
    return goOn(draft, task) ? null : "not-accepted-here";
  }
  if (name === "breaker") return breakerDue(state) ? null : "superseded";
  // Whatever was held is looked at after every event: this one only makes sure that there is one.
  if (name === "launch") return state.tasks.some((task) => task.delay?.cause === "cache") ? null : "superseded";
  if (name === "sweep" && !isOver(state)) return sweep(draft);
  return "superseded";
}

/** From where it failed. */
function goOn(draft: Draft, task: Task): boolean {
  switch (task.setback?.where) {
    case "lane": {
      const { next } = failureRules[task.setback.failure.class];
      const needsAttempt = next === "repair" || next === "resolve";
      if (needsAttempt || task.pull === null) return advanceTask(task, { type: "DUE" });
      return advanceTask(task, { type: "RESUBMIT" }) && submit(draft, task);
    }
    case "promotion":
      if (!advanceTask(task, { type: "PROMOTE" })) return false;
      promote(draft, task);
      return true;
    default:
      return advanceTask(task, { type: "DUE" });
  }
}

function split(timer: string): [string, string] {
  const colon = timer.indexOf(":");
  return colon < 0 ? [timer, ""] : [timer.slice(0, colon), timer.slice(colon + 1)];
}

/** Reconcile is the truth: read the issue and every run under way again, whatever webhooks said or did not say. */
function sweep(draft: Draft): Reaction {
  const { state } = draft;
  const pause = activityOf(state) === "going" ? SWEEP_MS : IDLE_SWEEP_MS;
  draft.effects.push({ type: "timer.set", timer: "sweep", dueAt: draft.at + pause });
  if (state.policy !== null) observeIssue(draft);
  for (const task of state.tasks) {
    const observation = task.stage === "working" ? observeAttempt(state, task, draft.at) : null;
    if (observation !== null) draft.effects.push(observation);
  }
  return null;
}

export function observeIssue({ state, effects }: Draft): void {
  state.round += 1;
  effects.push({ type: "issue.observe", repo: state.repo, issue: state.issue.number, round: state.round });
}

export function effectFailed(draft: Draft, event: EventOf<"effect.failed">): Reaction {
  const { state } = draft;
  const task = event.task === null ? undefined : findTask(state, event.task);
  switch (event.effect) {
    case "feature.observe":
      if (state.stage !== "planning" || state.planAwaited) return "superseded";
      state.parked = { kind: "effect-failed", effect: event.effect, cause: event.failure.cause };
      return null;
    case "plan.make":
    case "plan.publish":
      // A plan that nobody can read cannot be approved.
      if (state.stage !== "planning" && state.stage !== "proposed") return "superseded";
      if (event.effect === "plan.make") state.planAwaited = false;
      state.parked = { kind: "effect-failed", effect: event.effect, cause: event.failure.cause };
      if (event.effect === "plan.make") keepPlan(draft);
      return null;
    case "branch.create":
    case "branch.observe":
      if (isOver(state) || (event.effect === "branch.create" && state.land !== null)) return "superseded";
      state.parked = { kind: "effect-failed", effect: event.effect, cause: event.failure.cause };
      return null;
    case "attempt.dispatch":
      if (task?.stage !== "dispatching") return "stale-attempt";
      // It may have been dispatched all the same.
      cancelAttempt(draft, task);
      return failTask(draft, task, event.failure, "attempt");
    case "attempt.observe":
      if (task?.stage !== "working") return "stale-attempt";
      cancelAttempt(draft, task);
      return failTask(draft, task, event.failure, "attempt");
    case "change.promote":
    case "revert.write":
    case "pull.open":
      if (task?.stage !== "promoting") return "stale-attempt";
      return failTask(draft, task, event.failure, "promotion");
    case "permission.observe":
      return permissionUnknown(draft, event.key);
    default:
      // Words that could not be said and looks that the next sweep repeats: recorded in the history, nothing to decide.
      return "not-accepted-here";
  }
}
