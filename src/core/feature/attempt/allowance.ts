/** What stands between a ready task and its attempt: the feature's budget, its breaker, and the fan-in policy. */

import { isInfrastructure, spendsTry } from "../../failure.ts";
import type { Policy } from "../../policy.ts";
import { featureBreaker } from "../../rules/breaker.ts";
import { judgeBudget, type Spend } from "../../rules/budget.ts";
import { fanIn } from "../../rules/fan-in.ts";
import { atDispatch, budgetOf, reservedFor, spent } from "../../rules/spending.ts";
import type { Draft } from "../draft.ts";
import { nextRound, sendToLanes } from "../draft.ts";
import { fanInTasks } from "../landing/rollback.ts";
import type { Trip } from "../parked.ts";
import { isActive } from "../stages.ts";
import type { FeatureState, Task } from "../state.ts";

/** Pause after the machinery failed, doubling with every trip. */
const PAUSE_MS = 5 * 60_000;
const LONGEST_PAUSE_MS = 60 * 60_000;

/** Whether one more attempt, of this task, may start. Where the budget forbids it for good, the feature parks. */
export function mayStartAttempt(draft: Draft, task: Task, policy: Policy): boolean {
  const { state } = draft;
  const active = state.tasks.filter((one) => isActive(one.stage));
  const reserved = reservedFor(active.map(atDispatch), policy);
  const verdict = judgeBudget(budgetOf(state, policy), spent(state), reserved, reservedFor([task], policy));
  switch (verdict.verdict) {
    case "within":
      warn(draft, verdict.warn);
      return true;
    case "wait":
      return false;
    case "exhausted":
      state.parked = { kind: "budget-short", of: verdict.short };
      return false;
  }
}

function warn(draft: Draft, kinds: readonly (keyof Spend)[]): void {
  const { state } = draft;
  const fresh = kinds.filter((kind) => !state.warned.includes(kind));
  if (fresh.length === 0) return;
  state.warned = [...state.warned, ...fresh];
  const notice = { about: "budget-warning" as const, extra: state.extraUsd, short: fresh };
  draft.effects.push({ type: "notice.post", repo: state.repo, issue: state.issue.number, notice });
}

/** How many attempts may run at the same time now. */
export function slotsOf(state: FeatureState, policy: Policy): number {
  switch (state.breaker.state) {
    case "closed":
      return Math.min(policy.maxParallel, jobsFor(state, policy));
    case "half-open":
      return 1;
    case "open":
      return 0;
  }
}

/** Pulls whose checks run, or soon will. */
export function checkedPulls(state: FeatureState): number {
  return state.tasks.filter((task) => task.stage === "promoting" || (task.stage === "in-lane" && task.entry?.checking))
    .length;
}

/**
 * The jobs that GitHub Actions has for attempts. None while checks take them all: those end by themselves, and where none
 * run, at least one job is left.
 */
function jobsFor(state: FeatureState, { actions }: Policy): number {
  if (actions.slots === null) return Number.POSITIVE_INFINITY;
  return Math.max(0, actions.slots - actions.ciJobs * checkedPulls(state));
}

/** After every event: trip the breaker, or close it after a success. */
export function judgeBreaker(draft: Draft): void {
  const { state } = draft;
  const { breaker } = state;
  const last = state.endings.at(-1);
  if (breaker.state === "half-open" && last !== undefined) {
    if (last === null) state.breaker = { ...breaker, state: "closed", trips: 0 };
    else if (isInfrastructure(last)) trip(draft, { kind: "trial-lost" });
    return;
  }
  if (breaker.state !== "closed") return;
  const parkedByFault = state.tasks.filter(
    (task) => task.stage === "parked" && task.setback !== null && spendsTry(task.setback.failure.class),
  ).length;
  if (parkedByFault < breaker.acknowledged) state.breaker = { ...breaker, acknowledged: parkedByFault };
  const counted = parkedByFault > breaker.acknowledged ? parkedByFault : 0;
  const verdict = featureBreaker(state.endings, { total: state.tasks.length, parkedByFault: counted });
  if (verdict.state === "closed") return;
  if (verdict.kind === "infrastructure") {
    trip(draft, { kind: "lost-in-a-row", attempts: verdict.attempts });
    return;
  }
  if (state.parked !== null) return;
  state.breaker = { ...breaker, acknowledged: parkedByFault };
  state.parked = { kind: "tasks-failing", failed: verdict.failed, total: verdict.total };
}

function trip(draft: Draft, cause: Trip): void {
  const { state } = draft;
  const pause = Math.min(PAUSE_MS * 2 ** Math.min(state.breaker.trips, 10), LONGEST_PAUSE_MS);
  state.breaker = { ...state.breaker, state: "open", trips: state.breaker.trips + 1, cause };
  state.endings = [];
  draft.effects.push({ type: "timer.set", timer: "breaker", dueAt: draft.at + pause });
}

/** One attempt shows whether the machinery works again; what was lost before says nothing about that. */
export function breakerDue(state: FeatureState): boolean {
  if (state.breaker.state !== "open") return false;
  state.breaker = { ...state.breaker, state: "half-open" };
  state.endings = [];
  return true;
}

/** `onFailure: hold`, and `rollback` before anyone gave up: siblings stop before merging while a task is parked. */
export function judgeFanIn(draft: Draft): void {
  const { state } = draft;
  if (state.plan === null) return;
  const stops = fanIn(state.plan, fanInTasks(state), false).action === "stop-merging";
  if (stops === state.mergingStopped) return;
  state.mergingStopped = stops;
  if (state.hold !== null) return;
  const key = `${stops ? "stop" : "go"}:${state.key}:${nextRound(state)}`;
  sendToLanes(draft, { type: "entries.held", feature: state.key, held: stops, lifts: false }, key);
}
