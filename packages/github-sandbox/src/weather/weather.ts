/** The weather over one sandbox: what it is now, and the hooks by which it acts. */
import { setTimeout as sleep } from "node:timers/promises";
import type { World } from "../world/world.ts";
import {
  type Kind,
  type LetterFate,
  letterFate,
  mergeabilityDelay,
  type RequestFate,
  requestFate,
  runnerLostAfter,
} from "./forecast.ts";

export interface Outlook {
  kind: Kind;
  seed: number;
}

export class Weather {
  #outlook: Outlook = { kind: "calm", seed: 0 };
  /** How many of each thing there have been under this outlook. */
  #counts = new Map<string, number>();
  readonly #closing = new AbortController();

  get outlook(): Outlook {
    return this.#outlook;
  }

  /** From now on; what is counted starts again, so that the same seed has the same fates. */
  turn(outlook: Outlook): void {
    this.#outlook = outlook;
    this.#counts = new Map();
  }

  request(method: string, path: string): RequestFate {
    const { kind, seed } = this.#outlook;
    return requestFate(kind, seed, this.#thing(`${method} ${path}`));
  }

  letter(event: string, action: string | null): LetterFate {
    const { kind, seed } = this.#outlook;
    return letterFate(kind, seed, this.#thing(`${event} ${action}`));
  }

  /** Resolves when a test merge of the pull may begin. */
  async beforeTestMerge(pullId: number): Promise<void> {
    const { kind, seed } = this.#outlook;
    await this.pause(mergeabilityDelay(kind, seed, this.#thing(`test merge ${pullId}`)));
  }

  /** A signal that aborts when the job's runner is lost; it must be ended with the job. */
  runner(job: string): { lost: AbortSignal; end(): void } {
    const { kind, seed } = this.#outlook;
    const after = runnerLostAfter(kind, seed, this.#thing(job));
    const loss = new AbortController();
    const timer = after === null ? undefined : setTimeout(() => loss.abort(), after);
    return { lost: loss.signal, end: () => clearTimeout(timer) };
  }

  /** Ends early when the sandbox closes. */
  async pause(ms: number): Promise<void> {
    if (ms === 0) return;
    await sleep(ms, undefined, { signal: this.#closing.signal }).catch(() => {});
  }

  close(): void {
    this.#closing.abort();
  }

  /** Names the next of its like. Fair weather counts nothing. */
  #thing(like: string): string {
    if (this.#outlook.kind === "calm") return like;
    const count = (this.#counts.get(like) ?? 0) + 1;
    this.#counts.set(like, count);
    return `${like} ${count}`;
  }
}

const overWorlds = new WeakMap<World, Weather>();

/** Calm until somebody turns it. */
export function weatherOver(world: World): Weather {
  const known = overWorlds.get(world);
  if (known !== undefined) return known;
  const made = new Weather();
  overWorlds.set(world, made);
  return made;
}
