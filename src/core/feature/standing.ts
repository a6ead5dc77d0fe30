/**
 * Says why a task is not merged yet, as a value, and who must act. `messages/explain/task.ts` turns it into a reason and a next
 * step, so that changing a word never changes who is asked.
 */
import type { AttemptKind } from "../attempt.ts";
import type { Failure } from "../failure.ts";
import { type Actor, actorOf, type Standing } from "../lane/standing.ts";
import { isSpent } from "../rules/spending.ts";
import { waitsFor } from "./attempt/dependencies.ts";
import type { Without } from "./ending/without.ts";
import { isFreshTarget, landsTogether } from "./landing/targets.ts";
import type { Trip } from "./parked.ts";
import type { FeatureState } from "./state.ts";
import { findTask } from "./state.ts";
import { currentAttempt, type Task, type TaskAt } from "./task.ts";

/** The step that a person takes before a parked task goes on. confirm: say that there is nothing to do. */
type Remedy = "fix" | "fix-and-pay" | "revert-by-hand" | "confirm";

export type TaskStanding =
  /** `open`: dependencies that are not done. `parked`: tasks at the root of the waiting that need a person. */
  | { kind: "blocked"; open: string[]; parked: string[] }
  | { kind: "feature-held" }
  | { kind: "feature-parked" }
  /** The feature's circuit breaker is open. */
  | { kind: "paused"; trip: Trip | null }
  | { kind: "branch-unmade" }
  /** The tip of the branch that it lands on is being read. */
  | { kind: "branch-unread" }
  | { kind: "about-to-start" }
  /** One attempt of another task shows whether the machinery works again. */
  | { kind: "trial-running" }
  | { kind: "agents-busy"; agents: number }
  /** `checking`: pulls whose checks take the jobs of GitHub Actions. */
  | { kind: "no-job-free"; checking: number }
  /** Running attempts may use up the budget. */
  | { kind: "budget-reserved" }
  | { kind: "shares-files"; task: string }
  | { kind: "warms-cache"; task: string }
  | { kind: "dispatching"; attempt: number }
  | { kind: "working"; attempt: number; attemptKind: AttemptKind }
  | { kind: "promoting" }
  | { kind: "in-lane"; pull: number; standing: Standing | null }
  | { kind: "waiting"; failure: Failure; until: number }
  | { kind: "parked"; failure: Failure; remedy: Remedy }
  | { kind: "merged" }
  | { kind: "left-out"; without: Without }
  | { kind: "cancelled" };

export function standingOf(state: FeatureState, task: Task): TaskStanding {
  switch (task.stage) {
    case "blocked":
      return blocked(state, task);
    case "ready":
      return ready(state, task);
    case "dispatching":
      return { kind: "dispatching", attempt: task.machine.attempt };
    case "working":
      return { kind: "working", attempt: currentAttempt(task)?.number ?? 1, attemptKind: task.machine.kind };
    case "promoting":
      return { kind: "promoting" };
    case "in-lane":
      return { kind: "in-lane", pull: task.pull, standing: task.entry.standing };
    case "waiting":
      return { kind: "waiting", failure: task.failure, until: task.until };
    case "parked":
      return { kind: "parked", failure: task.failure, remedy: remedyFor(state, task) };
    case "done":
      return task.landing !== null || task.without === null
        ? { kind: "merged" }
        : { kind: "left-out", without: task.without };
    case "cancelled":
      return { kind: "cancelled" };
  }
}

/** Returns who must act before the task continues. */
export function actorOfTask(standing: TaskStanding): Actor {
  switch (standing.kind) {
    case "blocked":
      return standing.parked.length === 0 ? "headgate" : "person";
    case "in-lane":
      return standing.standing === null ? "headgate" : actorOf(standing.standing);
    case "feature-held":
    case "feature-parked":
    case "parked":
      return "person";
    case "working":
    case "no-job-free":
      return "github";
    case "paused":
    case "branch-unmade":
    case "branch-unread":
    case "about-to-start":
    case "trial-running":
    case "agents-busy":
    case "budget-reserved":
    case "shares-files":
    case "warms-cache":
    case "dispatching":
    case "promoting":
    case "waiting":
    case "merged":
    case "left-out":
    case "cancelled":
      return "headgate";
  }
}

/** Returns the tasks that a person must act on: not a blocked task, but the one that it waits for. */
export function tasksForPerson(state: FeatureState): Task[] {
  return state.tasks.filter((task) => task.stage !== "blocked" && actorOfTask(standingOf(state, task)) === "person");
}

function blocked(state: FeatureState, task: Task): TaskStanding {
  const open = waitsFor(state, task);
  const parked = rootBlockers(state, task).filter((one) => one.stage === "parked");
  return { kind: "blocked", open, parked: parked.map((one) => one.plan.id) };
}

/** Unfinished tasks behind this one that do not themselves wait for another. */
function rootBlockers(state: FeatureState, task: Task): Task[] {
  const seen = new Set<string>();
  const roots: Task[] = [];
  const open = waitsFor(state, task);
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const dependency = findTask(state, id);
    if (dependency === undefined || seen.has(id)) continue;
    seen.add(id);
    if (dependency.stage === "blocked") open.push(...waitsFor(state, dependency));
    else if (dependency.stage !== "done") roots.push(dependency);
  }
  return roots;
}

function ready(state: FeatureState, task: TaskAt<"ready">): TaskStanding {
  if (state.hold !== null || state.closed !== null) return { kind: "feature-held" };
  if (state.parked !== null) return { kind: "feature-parked" };
  if (state.breaker.state === "open") return { kind: "paused", trip: state.breaker.cause };
  const target = landsTogether(state) ? state.land : state.base;
  if (target === null) return { kind: "branch-unmade" };
  if (!isFreshTarget(target)) return { kind: "branch-unread" };
  const { delay } = task;
  switch (delay?.cause) {
    case undefined:
      return { kind: "about-to-start" };
    case "slots": {
      if (state.breaker.state === "half-open") return { kind: "trial-running" };
      const agents = state.policy?.maxParallel ?? 0;
      return delay.slots >= agents
        ? { kind: "agents-busy", agents }
        : { kind: "no-job-free", checking: delay.checking };
    }
    case "budget":
      return { kind: "budget-reserved" };
    case "files":
      return { kind: "shares-files", task: delay.task };
    case "cache":
      return { kind: "warms-cache", task: delay.task };
  }
}

function remedyFor(state: FeatureState, task: TaskAt<"parked">): Remedy {
  if (task.undoes?.base === null) return "revert-by-hand";
  if (task.failure.class === "nothing-to-do") return "confirm";
  return state.policy !== null && isSpent(task, state.policy) ? "fix-and-pay" : "fix";
}
