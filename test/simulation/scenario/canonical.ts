/** Plain scenarios in which only their subject goes wrong: the base for sweeps of crashes. */
import type { Fault, Scenario, TaskSpec } from "./scenario.ts";

const world: Scenario["world"] = {
  protection: "strict",
  checks: ["test"],
  method: "squash",
  mode: "auto",
  maxParallel: 6,
  actionsSlots: null,
  ciJobs: 1,
  overlap: "optimistic",
  holdSeconds: 0,
  budgetUsd: null,
  approve: "never",
  replicas: 1,
  webhooks: "all",
  mergeability: "fast",
  skews: [],
};

function task(id: string, dependsOn: string[], more: Partial<TaskSpec> = {}): TaskSpec {
  const usual = {
    size: "M",
    role: "build",
    broken: 0,
    hot: null,
    clash: null,
    guarded: null,
    worksMs: 20_000,
  } as const;
  return { id, dependsOn, ...usual, ...more };
}

interface More {
  faults?: Fault[];
  land?: "each" | "together";
  onFailure?: "keep" | "hold" | "rollback";
}

function plain(
  seed: string,
  tasks: TaskSpec[],
  { faults = [], land = "each", onFailure = "keep" }: More = {},
): Scenario {
  return { seed, world, features: [{ labelledAt: 0, land, onFailure, tasks }], faults };
}

const fails = (...nths: number[]): Fault[] => nths.map((nth) => ({ on: "job", nth, fault: "agent-failed" }));

const givesUp: Fault = {
  on: "time",
  at: 12 * 60_000,
  fault: "act",
  act: { act: "say", feature: 0, by: "maya", text: "/headgate cancel" },
};

export const canonical: readonly Scenario[] = [
  plain("chain", [task("a", []), task("b", ["a"]), task("c", ["b"])]),
  plain("fan-out", [task("a", []), ...["b", "c", "d", "e", "f", "g"].map((id) => task(id, ["a"]))]),
  plain("diamond", [task("a", []), task("b", ["a"]), task("c", ["a"]), task("d", ["b", "c"])]),
  plain("conflict-pair", [task("a", [], { hot: "a" }), task("b", [], { hot: "a" })]),
  plain("red-then-repaired", [task("a", [], { broken: 1 }), task("b", ["a"])]),
  plain("together", [task("a", []), task("b", ["a"]), task("c", [])], { land: "together" }),
  plain("parked-then-resumed", [task("a", []), task("b", ["a"])], { faults: fails(1, 2, 3) }),
  // A person cancels when one task has failed for good. Nothing of a feature that lands together is on the base yet.
  plain("together-with-rollback", [task("a", []), task("b", ["a"])], {
    land: "together",
    onFailure: "rollback",
    faults: [...fails(2, 3, 4), givesUp],
  }),
  plain("each-with-rollback", [task("a", []), task("b", ["a"]), task("c", ["b"])], {
    onFailure: "rollback",
    faults: [...fails(3, 4, 5), givesUp],
  }),
];

/** The base for every pair of crashes. */
export const triple: Scenario = plain("triple", [task("a", []), task("b", []), task("c", ["a", "b"])]);
