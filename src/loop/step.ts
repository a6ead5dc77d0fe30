/** One step of an aggregate: open events in, decisions out, all of it in one transaction of the store. */
import type { Command, Effect } from "../core/command.ts";
import { coalesces, commandKey } from "../core/command.ts";
import { decideOn, read, type State } from "../core/decide.ts";
import { repoName } from "../core/github.ts";
import type { Settings } from "./outside.ts";
import type { Inside } from "./remembered.ts";
import type { HistoryWrite, Loaded, NewCommand, SentEvent, StepWrite } from "./store-port.ts";

const BATCH = 20;

/** A fault of ours: the core threw on this event. Everything else that goes wrong in a step has nothing to do with it. */
class Undecidable extends Error {
  readonly event: string;
  constructor(event: string, cause: unknown) {
    super(describe(cause), { cause });
    this.event = event;
  }
}

/**
 * Decide what is open for the aggregate. An event on which the core throws is taken out and recorded; it blocks nobody but its
 * aggregate. A snapshot that cannot be read, or a store that fails, throws and changes nothing.
 */
export async function stepAggregate(inside: Inside, aggregate: string): Promise<number> {
  for (const limit of [BATCH, 1]) {
    try {
      let next: { seq: number; state: State } | null = null;
      const count = await inside.store.step(aggregate, limit, (loaded) => {
        const { write, state } = decideAll(inside, aggregate, loaded);
        next = { seq: loaded.seq + write.history.length, state };
        return write;
      });
      // Assigned in the callback, which the compiler does not follow.
      const written = next as { seq: number; state: State } | null;
      if (written !== null) inside.remembered.keep(aggregate, written.seq, written.state);
      return count;
    } catch (error) {
      if (!(error instanceof Undecidable)) throw error;
      inside.log.error({ aggregate, event: error.event, error: error.message }, "an event could not be decided");
      // Alone it would throw again; the others of its batch go on without it.
      if (limit === 1) await inside.store.quarantine(aggregate, error.event, error.message);
    }
  }
  return 1;
}

function decideAll(inside: Inside, aggregate: string, loaded: Loaded): { write: StepWrite; state: State } {
  const write = new Collector(inside.settings);
  let state = inside.remembered.at(aggregate, loaded.seq);
  if (state === undefined) state = read(aggregate, storedOf(loaded));
  let schema = 0;
  let routes: string[] = [];
  for (const { id, key, event, at } of loaded.events) {
    const time = Date.parse(at);
    const decision = decideOne(aggregate, state, { id, at: time, event });
    state = decision.state;
    schema = decision.schema;
    routes = decision.routes;
    for (const command of decision.commands) write.add(aggregate, command, time);
    const outcome = decision.ignored === null ? { applied: true } : { ignored: decision.ignored };
    write.history.push({ key, event, at, outcome, commands: decision.commands });
  }
  const written = {
    state,
    schema: state === null ? 0 : schema,
    history: write.history,
    commands: [...write.commands.values()],
    cancel: [...write.cancel],
    routes,
    sends: write.sends,
  };
  return { write: written, state };
}

function storedOf({ state, schema }: Loaded): { state: unknown; schema: number } | null {
  return state === null || schema === null ? null : { state, schema };
}

function decideOne(...given: Parameters<typeof decideOn>): ReturnType<typeof decideOn> {
  try {
    return decideOn(...given);
  } catch (error) {
    throw new Undecidable(given[2].id, error);
  }
}

/** Commands of several events in one step: the last word on a key counts. */
class Collector {
  readonly history: HistoryWrite[] = [];
  readonly commands = new Map<string, NewCommand>();
  readonly cancel = new Set<string>();
  readonly sends: SentEvent[] = [];
  readonly #pace: Pick<Settings, "statusEveryMs" | "lookEveryMs">;

  constructor(pace: Pick<Settings, "statusEveryMs" | "lookEveryMs">) {
    this.#pace = pace;
  }

  add(aggregate: string, command: Command, at: number): void {
    const now = new Date(at).toISOString();
    switch (command.type) {
      case "timer.set": {
        const key = `timer:${command.timer}`;
        const runAt = new Date(command.dueAt).toISOString();
        this.commands.set(key, { key, ordering: `${aggregate} ${key}`, command, runAt, replace: true });
        return;
      }
      case "timer.cancel":
        this.#drop(`timer:${command.timer}`);
        return;
      case "withdraw":
        this.#drop(command.key);
        return;
      case "tell":
        this.sends.push({ aggregate: command.to, key: command.key, event: command.event, at: now });
        return;
      default: {
        const key = commandKey(command);
        const again = coalesces(command);
        if (!again && this.commands.has(key)) return;
        const runAt = this.#runAt(command, at);
        this.commands.set(key, { key, ordering: orderingOf(command), command, runAt, replace: again });
      }
    }
  }

  #drop(key: string): void {
    this.commands.delete(key);
    this.cancel.add(key);
  }

  /**
   * Edits of one window share its end, and so do looks: webhooks come in bursts. A window that slid with each of them could
   * be pushed ahead for ever.
   */
  #runAt(command: Effect, at: number): string {
    const window =
      command.type === "status.publish"
        ? this.#pace.statusEveryMs
        : command.type === "pull.observe"
          ? this.#pace.lookEveryMs
          : 1;
    return new Date(Math.ceil(at / window) * window).toISOString();
  }
}

/** Effects on the same thing run one at a time, in order: a cancel never overtakes its dispatch. */
function orderingOf(command: Effect): string {
  const repo = repoName(command.repo);
  switch (command.type) {
    case "attempt.dispatch":
    case "attempt.observe":
    case "attempt.cancel":
      return `${repo} attempt ${command.id}`;
    case "change.promote":
    case "revert.write":
    case "pull.open":
    case "branch.create":
    case "branch.observe":
    case "branch.delete":
      return `${repo} branch ${command.branch}`;
    case "pull.observe":
    case "pull.close":
    case "failure.read":
    case "pull.update":
    case "checks.rerun":
    case "pull.merge":
      return `${repo} pull ${command.pull}`;
    case "heads.compare":
      // Apart from what is done to the pull: a comparison that is slow delays nothing else.
      return `${repo} heads ${command.pull}`;
    case "feature.observe":
    case "issue.observe":
    case "plan.make":
    case "plan.file":
      return `${repo} issue ${typeof command.issue === "number" ? command.issue : command.issue.number}`;
    case "status.publish":
    case "plan.publish":
    case "notice.post":
    case "issue.close":
      return `${repo} words ${command.issue}`;
    case "permission.observe":
    case "reaction.add":
      return `${repo} comment ${command.comment} ${command.type}`;
  }
}

export function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
