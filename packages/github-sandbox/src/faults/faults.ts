/** Injects faults into one sandbox: keeps the settings and draws the fault of each request, webhook, test merge and runner. */
import { setTimeout as sleep } from "node:timers/promises";
import {
  deliveryFault,
  type FaultLevel,
  mergeabilityDelay,
  type RequestFault,
  requestFault,
  runnerLostAfter,
} from "./draw.ts";

export interface FaultSettings {
  level: FaultLevel;
  seed: number;
}

export class Faults {
  #settings: FaultSettings = { level: "none", seed: 0 };
  /** Counts each kind of subject since these settings were set. */
  #counts = new Map<string, number>();
  readonly #closing = new AbortController();

  get settings(): FaultSettings {
    return this.#settings;
  }

  /** Sets the faults from now on. Counting starts again, so that the same seed draws the same faults. */
  set(settings: FaultSettings): void {
    this.#settings = settings;
    this.#counts = new Map();
  }

  request(method: string, path: string): RequestFault {
    const { level, seed } = this.#settings;
    return requestFault(level, seed, this.#thing(`${method} ${path}`));
  }

  /** `leaves` resolves when the webhook is to be sent. */
  delivery(event: string, action: string | null): { isLost: boolean; copies: number; leaves: Promise<void> } {
    const { level, seed } = this.#settings;
    const { isLost, copies, delayMs } = deliveryFault(level, seed, this.#thing(`${event} ${action}`));
    return { isLost, copies, leaves: this.pause(delayMs) };
  }

  /** Resolves when a test merge of the pull may begin. */
  async beforeTestMerge(pullId: number): Promise<void> {
    const { level, seed } = this.#settings;
    await this.pause(mergeabilityDelay(level, seed, this.#thing(`test merge ${pullId}`)));
  }

  /** Returns a signal that aborts when the job's runner is lost. Callers must call `end` with the job. */
  runner(job: string): { lost: AbortSignal; end(): void } {
    const { level, seed } = this.#settings;
    const after = runnerLostAfter(level, seed, this.#thing(job));
    const loss = new AbortController();
    const timer = after === null ? undefined : setTimeout(() => loss.abort(), after);
    return { lost: loss.signal, end: () => clearTimeout(timer) };
  }

  /** Waits, but no longer than until the sandbox closes. */
  async pause(ms: number): Promise<void> {
    if (ms === 0) return;
    await sleep(ms, undefined, { signal: this.#closing.signal }).catch(() => {});
  }

  close(): void {
    this.#closing.abort();
  }

  /** Names the next subject of its kind. At level none nothing is counted. */
  #thing(like: string): string {
    if (this.#settings.level === "none") return like;
    const count = (this.#counts.get(like) ?? 0) + 1;
    this.#counts.set(like, count);
    return `${like} ${count}`;
  }
}
