/**
 * Judges which ready tasks start now, and why the others wait. People read the same value. A start still waits until the
 * tip of its base was read after the last merge (`commitsFor`).
 * Research takes a slot, but never waits for another task's files: it has no branch and changes no file.
 */
import { type AttemptKind, priceOf } from "../../attempt.ts";
import type { Policy } from "../../policy.ts";
import { type CacheTerms, launch, prefixOf, type Use } from "../../rules/launch.ts";
import { workMs } from "../../rules/measure.ts";
import { changedBy, type Glob, parseGlob, shareFiles, shareHotFiles } from "../../rules/overlap.ts";
import { schedule } from "../../rules/schedule.ts";
import { isWhole } from "../landing/targets.ts";
import { isActive, type TaskStage } from "../stages.ts";
import type { FeatureState } from "../state.ts";
import { currentAttempt, type Delay, type Task, type TaskAt } from "../task.ts";
import { modelFor } from "./brief.ts";
import { checkedPulls, slotsOf } from "./slots.ts";

export interface Starts {
  /** In the order in which they start. */
  starts: TaskAt<"ready">[];
  /** Why each other ready task waits, by its id. */
  delays: Map<string, Delay>;
  /** When to judge again without an event; null: an event ends every delay. */
  judgeAgainAt: number | null;
}

export function judgeStarts(state: FeatureState, policy: Policy, at: number): Starts {
  const delays = new Map<string, Delay>();
  const admitted: TaskAt<"ready">[] = [];
  const slots = slotsOf(state, policy);
  const free = slots - state.tasks.filter((task) => isActive(task.stage)).length;
  const overlapping = fileOverlap(policy);
  for (const task of byRemainingPath(state)) {
    const ahead = goesFirst(state, policy, task, admitted, overlapping);
    if (ahead !== undefined) delays.set(task.plan.id, { cause: "files", task: ahead.plan.id });
    else if (admitted.length < free) admitted.push(task);
    else delays.set(task.plan.id, { cause: "slots", slots, checking: checkedPulls(state) });
  }
  return holdForCache(state, policy, admitted, delays, at);
}

/**
 * Returns the kind of the next attempt. A build becomes a repair once the task has a head, so that the work there is kept.
 * Without a head there is nothing to repair, so the task is built.
 */
export function nextKind({ machine: { kind }, head }: Task): AttemptKind {
  if (kind === "research") return kind;
  if (head === null) return "build";
  return kind === "build" ? "repair" : kind;
}

/** Returns true for a revert and for the pull of the whole feature: Headgate makes both without an agent. */
export function needsNoAgent(task: Task): boolean {
  return task.head === null && (task.undoes !== null || isWhole(task));
}

function byRemainingPath(state: FeatureState): TaskAt<"ready">[] {
  const waiting = state.tasks.filter((task) => task.stage === "ready").filter((task) => !needsNoAgent(task));
  if (waiting.length === 0) return [];
  const ready = new Map(waiting.map((task) => [task.plan.id, task]));
  const plan = state.tasks.map((task) => ({
    id: task.plan.id,
    size: task.plan.size,
    dependsOn: task.plan.dependsOn,
    // A task that parked stopped early, and its time would make estimates too short.
    tookMs: task.stage === "done" ? workMs(task) : null,
  }));
  return schedule(plan, [...ready.keys()], ready.size).flatMap((id) => ready.get(id) ?? []);
}

/** The stages from a task's first attempt to its merge. Without `parked`: a parked task may stay so for days. */
const underWay: readonly TaskStage[] = ["dispatching", "working", "promoting", "in-lane", "waiting"];

/**
 * Finds a task that may change the same files and goes first. Of two ready tasks the one with a head goes first: otherwise
 * its repair would wait for a task that conflicts with it. Else the one with the longer remaining path does.
 */
function goesFirst(
  state: FeatureState,
  policy: Policy,
  task: Task,
  admitted: readonly Task[],
  overlapping: (left: Task, right: Task) => boolean,
): Task | undefined {
  if (policy.overlap === "optimistic" || task.plan.role === "research") return undefined;
  return state.tasks.find((other) => {
    if (other === task || other.plan.role === "research") return false;
    const begun = underWay.includes(other.stage) || admitted.includes(other);
    const returns = other.stage === "ready" && other.head !== null && task.head === null;
    return (begun || returns) && overlapping(task, other);
  });
}

/** Returns a test for two tasks that the policy keeps apart because they may change the same files. Parses each glob once. */
function fileOverlap({ overlap, hotFiles }: Policy): (left: Task, right: Task) => boolean {
  const hot = hotFiles.map(parseGlob);
  const parsed = new Map<Task, readonly Glob[]>();
  const globsOf = (task: Task): readonly Glob[] => {
    const globs = parsed.get(task) ?? changedBy(task.plan.files);
    parsed.set(task, globs);
    return globs;
  };
  return (left, right) =>
    overlap === "serialise-overlap"
      ? shareFiles(globsOf(left), globsOf(right))
      : shareHotFiles(globsOf(left), globsOf(right), hot);
}

/** Delays tasks that can read the prompt cache which another one fills. They keep their slots: they start in seconds. */
function holdForCache(
  state: FeatureState,
  policy: Policy,
  admitted: readonly TaskAt<"ready">[],
  delays: Map<string, Delay>,
  at: number,
): Starts {
  if (admitted.length === 0) return { starts: [], delays, judgeAgainAt: null };
  const terms = new Map<string, CacheTerms>();
  const candidates = admitted.map((task) => {
    const kind = nextKind(task);
    const model = modelFor(policy, task, kind);
    const prefix = prefixOf(model, kind);
    const price = priceOf(state.prices, model);
    const { holdSeconds, prefixTokens, usdPerHour } = policy.launch;
    // Without a price nobody knows whether waiting saves money.
    if (price !== null) terms.set(prefix, { price, prefixTokens, usdPerHour, holdMs: holdSeconds * 1_000 });
    return { id: task.plan.id, prefix };
  });
  const launches = launch(candidates, usesOf(state), (prefix) => terms.get(prefix) ?? null, at);
  const held = launches.flatMap((one) => (one.why === "follows-leader" ? [one] : []));
  for (const { id, leader } of held) delays.set(id, { cause: "cache", task: leader });
  return {
    starts: admitted.filter((task) => !held.some(({ id }) => id === task.plan.id)),
    delays,
    judgeAgainAt: held.length === 0 ? null : Math.min(...held.map(({ until }) => until)),
  };
}

/** Lists the attempts that use the prompt cache, as far as their model and their end are known. */
function usesOf(state: FeatureState): Use[] {
  return state.tasks.flatMap((task) => {
    const runs = isActive(task.stage) ? currentAttempt(task) : undefined;
    return task.attempts.flatMap((attempt): Use[] => {
      const { model, kind, dispatchedAt, startedAt, endedAt } = attempt;
      if (model === null || (endedAt === null && attempt !== runs)) return [];
      return [{ id: task.plan.id, prefix: prefixOf(model, kind), dispatchedAt, startedAt, endedAt }];
    });
  });
}
