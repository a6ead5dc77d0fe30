/**
 * Everything has a limit: what a step leaves behind, what it asks for, how often a task and an effect are tried. The numbers are
 * this judge's own: a limit of the code that grows has to be raised here too, and somebody has to say why.
 */
import type { FeatureState } from "../../../src/core/feature/state.ts";
import type { Task } from "../../../src/core/feature/task.ts";
import { isLane } from "../../../src/core/keys.ts";
import type { LaneState } from "../../../src/core/lane/state.ts";
import type { ClaimedEffect, StepWrite } from "../../../src/loop/store-port.ts";
import type { Court } from "./court.ts";
import type { EventLike } from "./steps.ts";

const PROMISE = "everything has a limit";

/** Every list of a state, by its name. One that is not here has no limit that anybody stated. */
const LISTS = {
  // Planned, what takes each of them back, and the whole.
  feature: {
    tasks: 101,
    awaiting: 51,
    endings: 20,
    warned: 3,
    checks: 200,
    warnings: 100,
    pendingCommands: 50,
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
    files: 200,
    acceptance: 20,
    checks: 20,
    tasks: 50,
    // Of a failure, and of the lane's standing.
    details: 50,
    violations: 20,
    names: 100,
    by: 100,
  },
  lane: { entries: 400 },
  entry: { checks: 200, rerunChecks: 50, comparisons: 16, failing: 50 },
} as const;

/** Characters of JSON. The model's people, agents and checks say little: what is more than this has grown with events. */
const CHARACTERS = { feature: 4_000, task: 4_000, lane: 1_000, entry: 3_000 };

/** Writing a state as JSON takes as long as its step: of so many one is measured. What has grown too long is so in the next as well. */
const MEASURED = 16;

/** Of one event. */
const COMMANDS = { least: 20, perPart: 8 };

/** Claims that a crash or a lost lease ended are no tries of their own, but count. */
const TRIES_OF_AN_EFFECT = 31;

export class LimitJudge {
  readonly #court: Court;
  /** By task: the number of its last attempt when a person last had it tried again. */
  readonly #renewed = new Map<string, number>();
  /** Which task a comment asks to be tried again. */
  readonly #retries = new Map<number, string>();
  readonly #attempts = new Map<string, number>();
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
    // Most of what a task holds is grouped by its stage.
    if (!lane) for (const part of parts) this.#groups(aggregate, part);
    this.#steps += 1;
    if (this.#steps % MEASURED === 0) {
      const most = CHARACTERS[kinds[0]] + CHARACTERS[kinds[1]] * parts.length;
      const length = JSON.stringify(write.state).length;
      this.#demand(length <= most, () => `${aggregate} of ${parts.length} parts has ${length} characters`);
    }
    for (const { event, effects } of write.history) {
      const asked = (effects as EventLike[]).length;
      const may = COMMANDS.least + COMMANDS.perPart * parts.length;
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

  /** Between two times that a person has it tried again, a task has as many attempts as its policy allows. */
  #tries(state: FeatureState, write: StepWrite): void {
    for (const row of write.history) this.#commands(state.key, row.event as EventLike, row.effects as EventLike[]);
    if (state.policy === null) return;
    const { max, free } = state.policy.attempts;
    for (const task of state.tasks) {
      const name = nameOf(state.key, task.plan.id);
      const since = task.machine.attempt - (this.#renewed.get(name) ?? 0);
      this.#demand(since <= max + free, () => `${name} has had ${since} attempts without a word of a person`);
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
