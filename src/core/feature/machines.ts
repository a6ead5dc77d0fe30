/** The two machines of a feature. Only ever used through XState's pure `transition`; waits are timers, timers are events. */
import { assign, setup } from "xstate";
import type { AttemptKind } from "../attempt.ts";
import type { FailureClass } from "../failure.ts";
import { failureRules, spendsTry, waitFor } from "../failure.ts";

type FeatureMachineEvent =
  | { type: "PROPOSE" }
  | { type: "APPROVE" }
  | { type: "FINISH" }
  | { type: "ROLL_BACK" }
  | { type: "CANCEL" }
  | { type: "FAIL" };

export const featureMachine = setup({ types: { events: {} as FeatureMachineEvent } }).createMachine({
  id: "feature",
  initial: "planning",
  states: {
    planning: { on: { PROPOSE: "proposed", CANCEL: "cancelled" } },
    proposed: { on: { PROPOSE: "proposed", APPROVE: "executing", CANCEL: "cancelled" } },
    executing: { on: { FINISH: "completed", ROLL_BACK: "rolling-back", CANCEL: "cancelled" } },
    "rolling-back": { on: { FAIL: "failed" } },
    completed: { type: "final" },
    cancelled: { type: "final" },
    failed: { type: "final" },
  },
});

interface TaskContext {
  /** The number of the last attempt; 0 before the first. */
  attempt: number;
  /** The kind of the next attempt, or of the one under way. */
  kind: AttemptKind;
  failures: number;
  free: number;
}

interface Bounds {
  max: number;
  free: number;
}

export type TaskMachineEvent =
  | { type: "SATISFIED" }
  | { type: "START" }
  | { type: "DISPATCHED" }
  | { type: "COMPLETED" }
  | { type: "SUBMITTED" }
  | { type: "NOTHING_TO_LAND" }
  | { type: "LANDED" }
  /** It ends without a merge: a person leaves it out or did it otherwise. */
  | { type: "LEFT_OUT" }
  | { type: "DUE" }
  | { type: "RETRY"; kind: AttemptKind }
  | { type: "RESUBMIT" }
  /** A person retried it, and the lane found its fault again. That is the old failure, so it costs no try. */
  | { type: "STILL_FAILING"; kind: AttemptKind }
  /** The fault that it failed for is gone, without a person's retry. */
  | { type: "HEALED" }
  /** Its change goes onto its branch, or its pull opens: after an outage, or at once where no agent has to work for it. */
  | { type: "PROMOTE" }
  | { type: "CANCEL" }
  /** `bounds` come with the event because the policy may change while the task lives. `open`: its breaker has tripped. */
  | { type: "FAILED"; failure: FailureClass; bounds: Bounds; open: boolean };

function spent(context: TaskContext, event: TaskMachineEvent): boolean {
  if (event.type !== "FAILED") return false;
  return spendsTry(event.failure) ? context.failures + 1 >= event.bounds.max : context.free + 1 > event.bounds.free;
}

export const taskMachine = setup({
  types: { context: {} as TaskContext, events: {} as TaskMachineEvent },
  guards: {
    mustPark: ({ context, event }) =>
      event.type === "FAILED" && (event.open || failureRules[event.failure].next === "park" || spent(context, event)),
    resubmits: ({ event }) => event.type === "FAILED" && failureRules[event.failure].next === "resubmit",
    waits: ({ context, event }) => event.type === "FAILED" && waitFor(event.failure, context.free) > 0,
  },
  actions: {
    count: assign(({ context, event }) => {
      if (event.type !== "FAILED") return {};
      const { next } = failureRules[event.failure];
      const kind = next === "repair" || next === "resolve" ? next : context.kind;
      // A task that heals and fails again has none left to spend.
      const { max, free } = event.bounds;
      if (spendsTry(event.failure)) return { failures: Math.min(context.failures + 1, max), kind };
      return { free: Math.min(context.free + 1, free + 1), kind };
    }),
    assume: assign(({ event }) => (event.type === "STILL_FAILING" ? { kind: event.kind } : {})),
    begin: assign({ attempt: ({ context }) => context.attempt + 1 }),
    /** Gives a parked task its tries back when a person retries it. */
    renew: assign(({ event }) =>
      event.type === "RETRY" ? { failures: 0, free: 0, kind: event.kind } : { failures: 0, free: 0 },
    ),
  },
}).createMachine({
  id: "task",
  initial: "blocked",
  // Not from an input: `transition` takes a first snapshot each time, without one, and would swallow an exception.
  context: { attempt: 0, kind: "build", failures: 0, free: 0 },
  // From every state but the last ones. A person may merge a pull at any time, whatever the feature was about to do with it.
  on: { CANCEL: ".cancelled", LANDED: ".done", LEFT_OUT: ".done" },
  states: {
    blocked: { on: { SATISFIED: "ready" } },
    ready: {
      on: {
        START: { target: "dispatching", actions: "begin" },
        PROMOTE: "promoting",
        HEALED: "in-lane",
        NOTHING_TO_LAND: "done",
      },
    },
    dispatching: { on: { DISPATCHED: "working", FAILED: failed() } },
    working: { on: { COMPLETED: "promoting", NOTHING_TO_LAND: "done", FAILED: failed() } },
    promoting: { on: { SUBMITTED: "in-lane", FAILED: failed() } },
    "in-lane": {
      on: { FAILED: failed(), STILL_FAILING: { target: "ready", actions: "assume" }, PROMOTE: "promoting" },
    },
    waiting: {
      on: {
        DUE: "ready",
        RESUBMIT: "in-lane",
        HEALED: "in-lane",
        PROMOTE: "promoting",
        RETRY: { target: "ready", actions: "renew" },
      },
    },
    parked: {
      on: {
        RETRY: { target: "ready", actions: "renew" },
        RESUBMIT: { target: "in-lane", actions: "renew" },
        HEALED: "in-lane",
        PROMOTE: { target: "promoting", actions: "renew" },
      },
    },
    done: { type: "final" },
    cancelled: { type: "final" },
  },
});

function failed() {
  return [
    { guard: "mustPark" as const, target: "parked", actions: "count" as const },
    { guard: "resubmits" as const, target: "waiting", actions: "count" as const },
    { guard: "waits" as const, target: "waiting", actions: "count" as const },
    { target: "ready", actions: "count" as const },
  ];
}
