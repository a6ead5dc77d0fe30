/**
 * Concurrency groups, shared by the runs and jobs of a repository: one runs, one waits, and who comes later takes the
 * place of who waits (https://docs.github.com/en/actions/concepts/workflows-and-actions/concurrency).
 */
import { evaluate, evaluateText, type Scope } from "../../parse/expressions.ts";
import { asMap, type Template } from "../../parse/template.ts";

export interface Group {
  name: string;
  cancelInProgress: boolean;
  /** `queue: max`: up to 100 may wait, none is pushed out. */
  keepsQueue: boolean;
}

const longQueue = 100;

/** The evaluated `concurrency` of a workflow or job; null when it has none. */
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

/** A turn that somebody has, and who. */
export interface Held {
  turn: ConcurrencyTurn;
  name: string;
}

/** GitHub's words: who waits for a group that something around it has would wait for itself. */
export function deadlock(group: Group, holder: Held, name: string): string {
  return `Canceling since a deadlock for concurrency group '${group.name}' was detected between '${holder.name}' and '${name}'`;
}

export interface ConcurrencyTurn {
  /** Resolves when it is this member's turn. It never does for one that was cancelled while it waited. */
  ready: Promise<void>;
  /** Nobody had to be waited for. */
  atOnce: boolean;
  leave(): void;
}

function keyOf(repositoryId: number, { name }: Group): string {
  return `${repositoryId}:${name.toLowerCase()}`;
}

export class ConcurrencyGroups {
  readonly #groups = new Map<string, { running: Member; waiting: Member[] }>();

  /** Of what is around a newcomer, what has the group now. */
  holder(repositoryId: number, group: Group, around: readonly Held[]): Held | null {
    const running = this.#groups.get(keyOf(repositoryId, group))?.running;
    return around.find(({ turn }) => running !== undefined && turn === running.turn) ?? null;
  }

  /** `cancel` is called when another member pushes this one out; it must lead to `leave`. */
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
