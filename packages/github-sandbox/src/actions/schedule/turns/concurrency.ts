/**
 * Concurrency groups, which the runs and jobs of a repository share: one member runs, one waits, and a new member takes the
 * place of the waiting one (https://docs.github.com/en/actions/concepts/workflows-and-actions/concurrency).
 */
import { evaluate, evaluateText, type Scope } from "../../parse/expressions.ts";
import { asMap, type Template } from "../../parse/template.ts";

export interface Group {
  name: string;
  cancelInProgress: boolean;
  /** Set by `queue: max`: up to 100 members wait, and none is pushed out. */
  keepsQueue: boolean;
}

const longQueue = 100;

/** Evaluates the `concurrency` of a workflow or job; null when it has none. */
export function groupOf(template: Template | undefined, scope: Scope): Group | null {
  if (template === undefined) return null;
  const map = asMap(template);
  const whole = template instanceof Map ? map.get("group") : template;
  const name = evaluateText(whole, scope);
  if (name === "") return null;
  const cancelInProgress = evaluate(map.get("cancel-in-progress"), scope) === true;
  return { name, cancelInProgress, keepsQueue: map.get("queue") === "max" };
}

interface Member {
  cancel(): void;
  admit(): void;
  turn: ConcurrencyTurn;
}

/** A turn that a run, a call or a job has, with its name for messages. */
export interface Held {
  turn: ConcurrencyTurn;
  name: string;
}

/** Returns GitHub's message for a member that waits for a group that its own run or caller holds: it would wait for itself. */
export function deadlock(group: Group, holder: Held, name: string): string {
  return `Canceling since a deadlock for concurrency group '${group.name}' was detected between '${holder.name}' and '${name}'`;
}

export interface ConcurrencyTurn {
  /** Resolves when it is this member's turn; never for a member that left while it waited. */
  ready: Promise<void>;
  /** True when the group was empty. */
  atOnce: boolean;
  leave(): void;
}

function keyOf(repositoryId: number, { name }: Group): string {
  return `${repositoryId}:${name.toLowerCase()}`;
}

export class ConcurrencyGroups {
  readonly #groups = new Map<string, { running: Member; waiting: Member[] }>();

  /** Finds the holder of the group among the turns around a new member. */
  holder(repositoryId: number, group: Group, around: readonly Held[]): Held | null {
    const running = this.#groups.get(keyOf(repositoryId, group))?.running;
    return around.find(({ turn }) => running !== undefined && turn === running.turn) ?? null;
  }

  /** Calls `cancel` when another member pushes this one out, which must lead to `leave`: otherwise the group stays blocked. */
  enter(repositoryId: number, group: Group, cancel: () => void): ConcurrencyTurn {
    const key = keyOf(repositoryId, group);
    const { promise, resolve } = Promise.withResolvers<void>();
    const present = this.#groups.get(key);
    const turn: ConcurrencyTurn = {
      ready: promise,
      atOnce: present === undefined,
      leave: () => this.#leave(key, member),
    };
    const member: Member = { cancel, admit: resolve, turn };
    if (present === undefined) {
      this.#groups.set(key, { running: member, waiting: [] });
      resolve();
      return turn;
    }
    const pushedOut = group.keepsQueue ? present.waiting.splice(longQueue - 1) : present.waiting.splice(0);
    present.waiting.push(member);
    for (const other of pushedOut) other.cancel();
    if (group.cancelInProgress) present.running.cancel();
    return turn;
  }

  #leave(key: string, member: Member): void {
    const group = this.#groups.get(key);
    if (group === undefined) return;
    if (group.running !== member) {
      group.waiting = group.waiting.filter((other) => other !== member);
      return;
    }
    const next = group.waiting.shift();
    if (next === undefined) {
      this.#groups.delete(key);
      return;
    }
    group.running = next;
    next.admit();
  }
}
