/** The machines and tables of ARCHITECTURE.md, made from the code. */
import type { AnyStateMachine } from "xstate";
import { attemptCanFix, FailureClass, failureRules, isInfrastructure, spendsTry } from "../../src/core/failure.ts";
import { featureMachine, taskMachine } from "../../src/core/feature/machines.ts";

interface Node {
  on?: Record<string, unknown>;
  type?: string;
}

function targetsOf(definition: unknown): string[] {
  if (definition === undefined) return [];
  if (typeof definition === "string") return [definition];
  if (Array.isArray(definition)) return definition.flatMap(targetsOf);
  const { target } = definition as { target?: string | string[] };
  return target === undefined ? [] : [target].flat();
}

/** Every transition as a Mermaid state diagram. Those of the machine itself, from every state but the last ones, are listed below it. */
export function chart(machine: AnyStateMachine): string {
  const states = machine.config.states as Record<string, Node>;
  const lines = ["```mermaid", "stateDiagram-v2", `  [*] --> ${name(String(machine.config.initial))}`];
  for (const [from, node] of Object.entries(states)) {
    for (const [event, definition] of Object.entries(node.on ?? {})) {
      for (const target of new Set(targetsOf(definition))) lines.push(`  ${name(from)} --> ${name(target)}: ${event}`);
    }
    if (node.type === "final") lines.push(`  ${name(from)} --> [*]`);
  }
  lines.push("```");
  for (const [event, definition] of Object.entries(machine.config.on ?? {})) {
    const [target = ""] = targetsOf(definition);
    lines.push("", `From every state but the last ones ${event} leads to ${target.replace(".", "")}.`);
  }
  return lines.join("\n");
}

function name(state: string): string {
  return state.replaceAll("-", "_");
}

/** What ends the waiting in each state, and what happens if nothing else does. */
const timers: Record<string, [timer: string, otherwise: string]> = {
  blocked: ["-", "its dependencies end it; where one parks, a person must act there"],
  ready: [
    "`breaker` while the feature's breaker is open; `launch` while it is held for its leader's prompt cache",
    "starts when a slot, the budget and tasks that change the same files allow",
  ],
  dispatching: ["the effect's own tries (30, about 25 minutes)", "`platform-unknown` or `policy-blocked`"],
  working: ["`attempt:<id>`: the engine's minutes and 15 more", "its run is cancelled: `attempt-timed-out`"],
  promoting: ["the effect's own tries (30, about 25 minutes)", "`platform-unknown` or `policy-blocked`"],
  "in-lane": [
    "`refresh:<pull>`: `missing-minutes` or twice what the base shows for missing checks, `checks-minutes` for running ones",
    "`checks-missing`, `checks-timed-out`",
  ],
  waiting: ["`wait:<task>`", "tries again, or returns to the lane"],
  parked: ["-", "goes on when what it failed for is gone, or a person acts: retry, cancel, a merge by hand"],
  done: ["-", "-"],
  cancelled: ["-", "-"],
};

/** The same of a feature. In every state that is not the last it is swept once a minute. */
const featureTimers: Record<string, [timer: string, otherwise: string]> = {
  planning: ["the effect's own tries (30, about 25 minutes)", "parks: `/headgate resume` observes and plans again"],
  proposed: ["-", "waits for `/headgate approve` where the policy requires it"],
  executing: ["`sweep`: a minute, or 10 while it waits for a person", "what no webhook announced is seen"],
  "rolling-back": ["`sweep`, as above", "a revert that cannot merge parks its task"],
  completed: ["-", "-"],
  cancelled: ["-", "-"],
  failed: ["-", "-"],
};

export const featureTable = () => table(featureMachine, featureTimers);
export const stateTable = () => table(taskMachine, timers);

function table(machine: AnyStateMachine, waits: typeof timers): string {
  const states = machine.config.states as Record<string, Node>;
  const rows = Object.entries(states).map(([state, node]) => {
    const [timer, otherwise] = waits[state] ?? ["?", "?"];
    const own = node.type === "final" ? [] : [...Object.keys(machine.config.on ?? {}), ...Object.keys(node.on ?? {})];
    const events = own.map((event) => `\`${event}\``);
    return `| ${state} | ${timer} | ${otherwise} | ${events.length === 0 ? "-" : events.join(", ")} |`;
  });
  return ["| state | timer | when it is due, or nothing comes | events |", "| --- | --- | --- | --- |", ...rows].join(
    "\n",
  );
}

/** The edges of a failure class in words. */
const edges = {
  again: "another attempt of the same kind",
  repair: "a `repair` attempt on its head",
  resolve: "a `resolve` attempt on its head and the base",
  resubmit: "back into the lane",
  park: "parks: a person must act",
};

export function failureTable(): string {
  const rows = FailureClass.options.map((failure) => {
    const { next, waitMs, retry } = failureRules[failure];
    const spends = spendsTry(failure) ? "a try" : "nothing, but bounded";
    const wait = waitMs === 0 ? "at once" : `after ${waitMs / 1000} s, doubling to 5 minutes`;
    const when = next === "park" ? "-" : wait;
    const cells = [`\`${failure}\``, spends, edges[next], when, yes(attemptCanFix(failure)), edges[retry]];
    return `| ${[...cells, yes(isInfrastructure(failure))].join(" | ")} |`;
  });
  return [
    "What fails on its way from an attempt to its pull (promoting) is promoted again, not worked on again, unless its artifact is",
    "gone; a task that goes on only with another attempt parks when its own budget is used up. The last column counts for the",
    "feature's circuit breaker. `/headgate retry` brings a task that has a pull back into the lane, which looks at the pull first. If the",
    "fault is still there, it does what its column says. It opens another pull in the place of a closed one. A task without a pull gets",
    "another attempt of the same kind, and one whose promotion failed is promoted again.",
    "",
    "| class | spends | leads to | when | an attempt can fix it | `/headgate retry` | infrastructure |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}

function yes(holds: boolean): string {
  return holds ? "yes" : "no";
}
