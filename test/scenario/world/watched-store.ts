/** The store in memory, telling whenever something happened, and whether anything is still to be done. */
import { StoreUnavailable } from "../../../src/loop/store-port.ts";
import { MemoryStore } from "../../../src/store/memory.ts";

/** What is due later than this belongs to a timer. */
const SOON_MS = 5_000;

export class WatchedStore extends MemoryStore {
  readonly #changed: () => void;
  /** How many webhooks and sweeps have been taken so far, repeated ones and those that concern nobody among them. */
  deliveries = 0;
  #underWay = 0;
  /** True: it takes no webhooks and says so, as a database does that is away. */
  isAway = false;
  /** How many it did not take for that. */
  refused = 0;

  constructor(now: () => number, changed: () => void) {
    super(now);
    this.#changed = changed;
  }

  /** Nothing waits to be decided and no effect is under way; some may wait for their next try. */
  async resting(): Promise<boolean> {
    return this.#underWay === 0 && (await this.waiting(1)).length === 0;
  }

  /** Nothing waits to be decided, no effect is under way and none is due soon. */
  async quiet(): Promise<boolean> {
    if (!(await this.resting())) return false;
    const due = await this.nextDue("all");
    return due === null || due > SOON_MS;
  }

  override async receive(...given: Parameters<MemoryStore["receive"]>) {
    if (this.isAway) {
      this.refused += 1;
      throw new StoreUnavailable("connection refused");
    }
    this.deliveries += 1;
    return this.#after(super.receive(...given));
  }

  override async step(...given: Parameters<MemoryStore["step"]>) {
    return this.#after(super.step(...given));
  }

  override async claim(...given: Parameters<MemoryStore["claim"]>) {
    const claimed = await super.claim(...given);
    this.#underWay += claimed.length;
    return claimed;
  }

  override async complete(...given: Parameters<MemoryStore["complete"]>) {
    this.#underWay -= 1;
    return this.#after(super.complete(...given));
  }

  override async release(...given: Parameters<MemoryStore["release"]>) {
    this.#underWay -= 1;
    return this.#after(super.release(...given));
  }

  override async putBack(...given: Parameters<MemoryStore["putBack"]>) {
    this.#underWay -= 1;
    return this.#after(super.putBack(...given));
  }

  async #after<T>(done: Promise<T>): Promise<T> {
    try {
      return await done;
    } finally {
      this.#changed();
    }
  }
}
