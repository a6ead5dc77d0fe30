/** Takes the turns of a call in its concurrency groups: the calling job's, and the called workflow's own. */
import { type ConcurrencyGroups, deadlock, type Group, type Held } from "./concurrency.ts";

export class CallTurns {
  readonly held: Held[] = [];
  readonly #groups: ConcurrencyGroups;
  readonly #repositoryId: number;
  readonly #cancel: () => void;

  /** Calls `cancel` when another member of a group pushes the call out. */
  constructor(groups: ConcurrencyGroups, repositoryId: number, cancel: () => void) {
    this.#groups = groups;
    this.#repositoryId = repositoryId;
    this.#cancel = cancel;
  }

  /** Resolves with null when the call has all its turns, or with the reason why it never will. Call `leave` after either. */
  async enter(
    groups: readonly Group[],
    name: string,
    around: readonly Held[],
    stopped: AbortSignal,
  ): Promise<string | null> {
    for (const group of groups) {
      const rival = this.#groups.holder(this.#repositoryId, group, [...around, ...this.held]);
      if (rival !== null) return deadlock(group, rival, name);
      const turn = this.#groups.enter(this.#repositoryId, group, this.#cancel);
      this.held.push({ turn, name });
      if (!turn.atOnce) await Promise.race([turn.ready, aborted(stopped)]);
      if (stopped.aborted) return "The operation was canceled.";
    }
    return null;
  }

  leave(): void {
    for (const { turn } of this.held) turn.leave();
  }
}

export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
