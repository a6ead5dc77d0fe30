/**
 * Demands limits: on the state after a step, on its effects, and on the tries of a task and of an effect. The numbers are
 * written here again, so that whoever raises a limit of the code has to raise it here and say why.
 */
import type { FeatureState } from "../../../src/core/feature/state.ts";
import type { Task } from "../../../src/core/feature/task.ts";
import { isLane } from "../../../src/core/keys.ts";
import type { LaneState } from "../../../src/core/lane/state.ts";
import type { ClaimedEffect, StepWrite } from "../../../src/loop/store-port.ts";
import type { Court } from "./court.ts";
import { broughtBack } from "./features.ts";
import type { EventLike } from "./steps.ts";

const PROMISE = "everything has a limit";

/** The longest that each list of a state may be, by its name. A list without an entry fails. */
const LISTS = {
  // `tasks`: 50 of a plan, a revert of each, and the whole feature's.
  feature: {
    tasks: 101,
    awaiting: 51,
    endings: 20,
    warned: 3,
    checks: 200,
    appearances: 100,
    warnings: 100,
    pendingCommands: 1_000,
    senders: 1_000,
    answeredCommands: 500,
  },
  task: {
    attempts: 50,
    notes: 20,
    // Of the change under promotion.
    change: 300,
    paths: 300,
    parents: 2,
    // Of the plan.
    dependsOn: 50,
    wishes: 5,
    // Of what GitHub requires.
    people: 5,
    files: 200,
    acceptance: 20,
    checks: 20,
    tasks: 50,
    // Of a failure, and of the lane's standing.
    details: 50,
    violations: 20,
    names: 100,
    by: 100,
    judgedBy: 50,
    ignored: 10,
  },
  lane: { entries: 400 },
  entry: {
    checks: 200,
    noRepair: 100,
    appearances: 100,
    rerunChecks: 50,
    comparisons: 16,
    changesWishedBy: 5,
    wishes: 5,
    people: 5,
    failing: 50,
    judgedBy: 50,
    producers: 200,
    baseChecks: 200,
    needs: 50,
    ignored: 3,
  },
} as const;

/** Characters of JSON. The simulated people, agents and checks write little, so a longer state has grown with events. */
const CHARACTERS = { feature: 4_000, task: 4_000, lane: 1_000, entry: 3_000 };

/** Measures one state of so many: writing it as JSON takes as long as its step, and a state that grew stays long. */
const MEASURED = 16;

/** The most effects of one event. */
const EFFECTS = { least: 20, perPart: 8 };

/** Counts every claim, also one that a crash or a lost lease ended. */
const TRIES_OF_AN_EFFECT = 31;

export class LimitJudge {
  readonly #court: Court;
  /** By task: the number of its last attempt when a person last retried it. */
  readonly #renewed = new Map<string, number>();
  /** The task that a comment retries. */
  readonly #retries = new Map<number, string>();
  readonly #attempts = new Map<string, number>();
  /** How many tasks or entries each aggregate had after its last step. */
  readonly #parts = new Map<string, number>();
  #steps = 0;

  constructor(court: Court) {
    this.#court = court;
  }

  stepped(aggregate: string, write: StepWrite): void {
    if (write.state === null) return;
    const lane = isLane(aggregate);
    const parts = lane ? (write.state as LaneState).entries : (write.state as FeatureState).tasks;
    const kinds = lane ? (["lane", "entry"] as const) : (["feature", "task"] as const);
    this.#lists(aggregate, write.state as object, kinds[0]);
    for (const part of parts) this.#lists(aggregate, part, kinds[1]);
    // A task groups most of its fields by its stage.
    if (!lane) for (const part of parts) this.#groups(aggregate, part);
    this.#steps += 1;
    if (this.#steps % MEASURED === 0) {
      const most = CHARACTERS[kinds[0]] + CHARACTERS[kinds[1]] * parts.length;
      const length = JSON.stringify(write.state).length;
      this.#demand(length <= most, () => `${aggregate} of ${parts.length} parts has ${length} characters`);
    }
    // An event may take all entries out of a lane, each with its timers.
    const most = Math.max(parts.length, this.#parts.get(aggregate) ?? 0);
    this.#parts.set(aggregate, parts.length);
    for (const { event, effects } of write.history) {
      const asked = (effects as EventLike[]).length;
      const may = EFFECTS.least + EFFECTS.perPart * most;
      this.#demand(asked <= may, () => `${aggregate}: ${asked} effects of one ${(event as EventLike).type}`);
    }
    if (!lane) this.#tries(write.state as FeatureState, write);
  }

  claimed({ id, attempts }: ClaimedEffect): void {
    this.#demand(attempts <= TRIES_OF_AN_EFFECT, () => `${id} is tried for the ${attempts}th time`);
  }

  #groups(aggregate: string, part: object): void {
    for (const group of Object.values(part)) {
      if (typeof group !== "object" || group === null || Array.isArray(group)) continue;
      this.#lists(aggregate, group, "task");
      this.#groups(aggregate, group);
    }
  }

  #lists(aggregate: string, part: object, kind: keyof typeof LISTS): void {
    const limits: Record<string, number> = LISTS[kind];
    for (const name in part) {
      const value: unknown = part[name as keyof typeof part];
      if (!Array.isArray(value) || value.length <= (limits[name] ?? -1)) continue;
      this.#demand(false, () => `${aggregate}: ${value.length} ${name} of a ${kind}, at most ${limits[name] ?? "?"}`);
    }
  }

  /** Demands that a task has no more attempts than its policy allows between two retries by a person. */
  #tries(state: FeatureState, write: StepWrite): void {
    for (const row of write.history) this.#commands(state.key, row.event as EventLike, row.effects as EventLike[]);
    if (state.policy === null) return;
    const { max, free } = state.policy.attempts;
    for (const task of state.tasks) {
      const name = nameOf(state.key, task.plan.id);
      const since = task.machine.attempt - (this.#renewed.get(name) ?? 0);
      this.#demand(since <= max + free, () => `${name} has had ${since} attempts without a retry by a person`);
      this.#machine(name, task, max, free);
    }
  }

  #machine(name: string, { machine }: Task, max: number, free: number): void {
    const { failures, free: lost } = machine;
    this.#demand(failures <= max && lost <= free + 1, () => `${name} failed ${failures} times and lost ${lost}`);
  }

  #commands(key: string, event: EventLike, effects: readonly EventLike[]): void {
    const command = event.command as { verb: string; task?: string } | undefined;
    if (event.type === "command.given" && command?.verb === "retry") {
      this.#retries.set(event.comment as number, nameOf(key, command.task ?? ""));
    }
    for (const back of effects.flatMap(broughtBack)) {
      const name = nameOf(key, back);
      this.#renewed.set(name, this.#attempts.get(name) ?? 0);
    }
    for (const { type, comment, content, task, attempt } of effects) {
      if (type === "attempt.dispatch") this.#attempts.set(nameOf(key, String(task)), attempt as number);
      const name = type === "reaction.add" && content === "+1" ? this.#retries.get(comment as number) : undefined;
      if (name !== undefined) this.#renewed.set(name, this.#attempts.get(name) ?? 0);
    }
  }

  #demand(holds: boolean, text: () => string): void {
    this.#court.demand(holds, PROMISE, text);
  }
}

function nameOf(feature: string, task: string): string {
  return `${feature} ${task}`;
}
