/**
 * Concurrency groups, shared by the runs and jobs of a repository: one runs, one waits, and who comes later takes the
 * place of who waits (https://docs.github.com/en/actions/concepts/workflows-and-actions/concurrency).
 */
import { evaluate, evaluateText, type Scope } from "../workflow/expressions.ts";
import { asMap, type Template } from "../workflow/template.ts";

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
}

export interface Turn {
  /** Resolves when it is this member's turn. It never does for one that was cancelled while it waited. */
  ready: Promise<void>;
  /** Nobody had to be waited for. */
  atOnce: boolean;
  leave(): void;
}

export class ConcurrencyGroups {
  readonly #groups = new Map<string, { running: Member; waiting: Member[] }>();

  /** `cancel` is called when another member pushes this one out; it must lead to `leave`. */
  enter(repositoryId: number, group: Group, cancel: () => void): Turn {
    const key = `${repositoryId}:${group.name.toLowerCase()}`;
    const { promise, resolve } = Promise.withResolvers<void>();
    const member: Member = { cancel, admit: resolve };
    const present = this.#groups.get(key);
    const leave = () => this.#leave(key, member);
    if (present === undefined) {
      this.#groups.set(key, { running: member, waiting: [] });
      resolve();
      return { ready: promise, atOnce: true, leave };
    }
    const pushedOut = group.keepsQueue ? present.waiting.splice(longQueue - 1) : present.waiting.splice(0);
    present.waiting.push(member);
    for (const other of pushedOut) other.cancel();
    if (group.cancelInProgress) present.running.cancel();
    return { ready: promise, atOnce: false, leave };
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
