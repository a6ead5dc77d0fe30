import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { AnyStateMachine } from "xstate";
import { transition } from "xstate";
import { getShortestPaths } from "xstate/graph";
import { FailureClass, failureRules, spendsTry } from "../../src/core/failure.ts";
import { featureMachine, type TaskMachineEvent, taskMachine } from "../../src/core/feature/machines.ts";
import { newTask, type Task } from "../../src/core/feature/task.ts";
import { turnTask } from "../../src/core/feature/transitions.ts";
import { PlannedTask } from "../../src/core/plan.ts";
import { chart, failureTable, featureTable, stateTable } from "./charts.ts";

const bounds = { max: 2, free: 1 };
/** One of each kind of edge. */
const kinds: FailureClass[] = [
  "agent-failed",
  "checks-failed",
  "conflict-with-base",
  "attempt-lost",
  "head-moved",
  "policy-blocked",
];
const failures: TaskMachineEvent[] = kinds.map((failure) => ({ type: "FAILED", failure, bounds, open: false }));
const taskEvents: TaskMachineEvent[] = [
  { type: "SATISFIED" },
  { type: "START" },
  { type: "DISPATCHED" },
  { type: "COMPLETED" },
  { type: "SUBMITTED" },
  { type: "NOTHING_TO_LAND" },
  { type: "LANDED" },
  { type: "LEFT_OUT" },
  { type: "DUE" },
  { type: "RESUBMIT" },
  { type: "PROMOTE" },
  { type: "CANCEL" },
  { type: "RETRY", kind: "repair" },
  ...failures,
];
const featureEvents = ["PROPOSE", "APPROVE", "FINISH", "ROLL_BACK", "CANCEL", "FAIL"].map(
  (type) => ({ type }) as never,
);

function statesOf(machine: AnyStateMachine): string[] {
  return Object.keys(machine.states);
}

const plan = PlannedTask.parse({ id: "a", title: "A" });

describe("the task machine", () => {
  const paths = getShortestPaths(taskMachine, {
    events: taskEvents,
    // Attempts are counted without end: only what decides makes a difference between states.
    serializeState: ({ value, context }) => JSON.stringify([value, context.kind, context.failures, context.free]),
    stopWhen: ({ context }) => context.attempt > 6,
  });

  it("reaches every state", () => {
    expect(new Set<string>(paths.map((path) => path.state.value))).toEqual(new Set(statesOf(taskMachine)));
  });

  it("leaves every state but the last ones", () => {
    const left = new Set<string>(
      paths
        .filter(
          ({ state }) =>
            state.status !== "done" &&
            taskEvents.some((event) => transition(taskMachine, state, event)[0].value !== state.value),
        )
        .map(({ state }) => state.value),
    );
    expect(
      statesOf(taskMachine)
        .filter((state) => !left.has(state))
        .sort(),
    ).toEqual(["cancelled", "done"]);
  });

  it("never spends more tries than it has", () => {
    for (const { state } of paths) {
      expect(state.context.failures).toBeLessThanOrEqual(bounds.max);
      expect(state.context.free).toBeLessThanOrEqual(bounds.free + 1);
    }
  });

  it("goes nowhere from its last states", () => {
    const ended = paths.filter(({ state }) => state.status === "done");
    expect(new Set(ended.map(({ state }) => state.value))).toEqual(new Set(["done", "cancelled"]));
    for (const { state } of ended) {
      const task = {
        ...newTask({ issue: { number: 1 }, life: { number: 1, attempts: 0 } }, plan),
        stage: state.value,
        machine: state.context,
      } as Task;
      for (const event of taskEvents) expect(turnTask(task, event)).toBeNull();
    }
  });

  it.each(FailureClass.options)(
    "has an edge for %s, and spends a try on it only if it is the task's own fault",
    (failure) => {
      const working = taskMachine.resolveState({
        value: "in-lane",
        context: { attempt: 1, kind: "build", failures: 0, free: 0 },
      });
      const [after] = transition(taskMachine, working, {
        type: "FAILED",
        failure,
        bounds: { max: 3, free: 6 },
        open: false,
      });
      const { next, waitMs } = failureRules[failure];
      const expected = next === "park" ? "parked" : next === "resubmit" || waitMs > 0 ? "waiting" : "ready";
      expect(after.value).toBe(expected);
      expect(after.context.failures).toBe(spendsTry(failure) ? 1 : 0);
      expect(after.context.free).toBe(spendsTry(failure) ? 0 : 1);
      if (next === "repair" || next === "resolve") expect(after.context.kind).toBe(next);
    },
  );
});

describe("the feature machine", () => {
  const paths = getShortestPaths(featureMachine, { events: featureEvents });

  it("reaches every state and leaves all but the last ones", () => {
    expect(new Set(paths.map((path) => path.state.value))).toEqual(new Set(statesOf(featureMachine)));
    for (const { state } of paths.filter(({ state }) => state.status !== "done")) {
      expect(featureEvents.some((event) => transition(featureMachine, state, event)[0].value !== state.value)).toBe(
        true,
      );
    }
  });
});

describe("ARCHITECTURE.md", () => {
  const path = join(import.meta.dirname, "..", "..", "ARCHITECTURE.md");

  it("shows the machines and the failure classes as they are (UPDATE_DOCS=1 writes them)", () => {
    const text = readFileSync(path, "utf8");
    const generated = [
      `### Feature\n\n${chart(featureMachine)}`,
      `### Task\n\n${chart(taskMachine)}`,
      `### States of a feature\n\n${featureTable()}`,
      `### States of a task\n\n${stateTable()}`,
      `### Failure classes\n\n${failureTable()}`,
    ].join("\n\n");
    const [before, rest = ""] = text.split("<!-- generated: machines -->\n");
    const [, after = ""] = rest.split("<!-- end of generated -->");
    const wanted = `${before}<!-- generated: machines -->\n${generated}\n<!-- end of generated -->${after}`;
    if (process.env.UPDATE_DOCS === "1") writeFileSync(path, wanted);
    else expect(text).toBe(wanted);
  });
});
