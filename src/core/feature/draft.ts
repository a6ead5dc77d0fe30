/** A decision in the making: the state as it will be, and what is to be done. Lives within one call of `decide`. */
import { transition } from "xstate";
import { shortened } from "../cause.ts";
import type { Effect } from "../effect.ts";
import type { Ignored } from "../event.ts";
import type { Failure, FailureClass } from "../failure.ts";
import { attemptCanFix, failureRules, spendsTry, waitFor } from "../failure.ts";
import { laneKey } from "../keys.ts";
import { fingerprint, taskBreaker } from "../rules/breaker.ts";
import { isSpent } from "../rules/spending.ts";
import { targetOf } from "./landing/targets.ts";
import type { TaskMachineEvent } from "./machines.ts";
import { featureMachine, taskMachine } from "./machines.ts";
import { TaskStage } from "./stages.ts";
import type { FeatureState, Setback, Task } from "./state.ts";
import { currentAttempt } from "./state.ts";

export interface Draft {
  state: FeatureState;
  at: number;
  /** The event's id: effects to other aggregates derive their keys from it. */
  eventId: string;
  effects: Effect[];
}

/** null: applied. */
export type Reaction = Ignored | null;

export function attemptIdOf(state: FeatureState, task: Task, number: number): string {
  return `${state.issue.number}/${task.plan.id}/${number}`;
}

/** Send the task an event; true if its machine took it. */
export function advanceTask(task: Task, event: TaskMachineEvent): boolean {
  const after = taskTransition(task, event);
  if (after === null) return false;
  task.stage = after.stage;
  task.machine = { ...after.machine };
  return true;
}

type Turned = Pick<Task, "stage" | "machine"> | null;

/** XState makes an actor for every pure transition, and tasks come to the same few again and again. null: not taken. */
const turned = new Map<string, Turned>();

function taskTransition({ stage, machine }: Task, event: TaskMachineEvent): Turned {
  const key = JSON.stringify([stage, machine, event]);
  const known = turned.get(key);
  if (known !== undefined) return known;
  const before = taskMachine.resolveState({ value: stage, context: { ...machine } });
  const [after] = transition(taskMachine, before, event);
  const turn = after === before ? null : { stage: TaskStage.parse(after.value), machine: after.context };
  if (turned.size >= 1_000) turned.clear();
  turned.set(key, turn);
  return turn;
}

export function advanceFeature(
  state: FeatureState,
  event: Parameters<typeof transition<typeof featureMachine>>[2],
): boolean {
  const before = featureMachine.resolveState({ value: state.stage, context: {} });
  const [after] = transition(featureMachine, before, event);
  if (after === before) return false;
  state.stage = after.value;
  return true;
}

/** The task failed in this way: count it, and take its class's edge. */
export function failTask(draft: Draft, task: Task, failure: Failure, where: Setback["where"]): Reaction {
  const policy = draft.state.policy;
  if (policy === null) return "not-accepted-here";
  const freeBefore = task.machine.free;
  // A branch of that name is there already, and not ours: no trying again makes it go.
  const hopeless = failure.class === "head-moved" && task.pull === null;
  // A revert is exactly what it takes back: no agent makes another of it.
  const unfixable = task.undoes !== null && attemptCanFix(failure.class);
  const breaker = taskBreaker(task.breaker, task.fingerprint, failure);
  const needsAttempt = where !== "promotion" && failureRules[failure.class].next !== "resubmit";
  if (
    !advanceTask(task, {
      type: "FAILED",
      failure: failure.class,
      bounds: policy.attempts,
      open: breaker === "open" || hopeless || unfixable || (needsAttempt && isSpent(task, policy)),
    })
  )
    return "not-accepted-here";
  task.setback = { failure, where, until: null };
  task.breaker = breaker;
  if (spendsTry(failure.class)) task.fingerprint = fingerprint(failure);
  ended(draft, failure.class);
  // What could not be promoted for reasons of its surroundings can still be.
  if (where !== "promotion") {
    task.change = null;
    task.commits = null;
  }
  task.entry = null;
  const attempt = currentAttempt(task);
  // A failure in the lane belongs to the attempt whose head was judged: the last one.
  if (attempt !== undefined && attempt.class === null) {
    attempt.class = failure.class;
    attempt.cause = shortened(failure.cause, 500);
  }
  if (task.stage === "waiting") {
    const until = draft.at + waitFor(failure.class, freeBefore);
    task.setback.until = until;
    draft.effects.push({ type: "timer.set", timer: `wait:${task.plan.id}`, dueAt: until });
  }
  return null;
}

/** Remember how an attempt ended, for the feature's breaker. */
export function ended(draft: Draft, ending: FailureClass | null): void {
  draft.state.endings = [...draft.state.endings.slice(-19), ending];
}

/** A number that nothing this feature asked for has had. */
export function nextRound(state: FeatureState): number {
  state.round += 1;
  return state.round;
}

type SentEvent = Extract<Effect, { type: "send" }>["event"];

/** Tell the lanes that hold entries of this feature. */
export function sendToLanes(draft: Draft, event: SentEvent, key: string): void {
  const { base, land, repo } = draft.state;
  for (const target of [base, land]) {
    if (target !== null) draft.effects.push({ type: "send", to: laneKey(repo, target.branch), key, event });
  }
}

/** Hand the task's pull to its lane. False: it has none. */
export function submit(draft: Draft, task: Task): boolean {
  const { state } = draft;
  const target = targetOf(state, task);
  if (task.pull === null || task.head === null || target === null || state.policy === null) return false;
  // Until the lane says otherwise.
  task.entry = { standing: null, checking: true };
  draft.effects.push({
    type: "send",
    to: laneKey(state.repo, target.branch),
    key: `submit:${state.key}:${task.plan.id}:${draft.eventId}`,
    event: {
      type: "entry.submitted",
      repo: state.repo,
      branch: target.branch,
      entry: {
        feature: state.key,
        task: task.plan.id,
        pull: task.pull,
        branch: task.branch,
        head: task.head,
        title: task.plan.title,
        checks: state.checks,
        method: state.policy.merge.method,
        // What lands on the integration branch is not on the base yet: a person merges that as a whole.
        mode: target === state.land ? "auto" : state.policy.merge.mode,
        checksMinutes: state.policy.checksMinutes,
        held: state.hold !== null || state.mergingStopped,
      },
    },
  });
  return true;
}
