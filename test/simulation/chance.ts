/**
 * Generates random numbers from a seed. Streams with different names do not affect each other: removing one fault
 * leaves the rest unchanged.
 */
export class Chance {
  #state: number;

  constructor(seed: string) {
    // FNV-1a, then mulberry32: small, and random enough for a simulation.
    let hash = 2_166_136_261;
    for (let index = 0; index < seed.length; index += 1) {
      hash = Math.imul(hash ^ seed.charCodeAt(index), 16_777_619);
    }
    this.#state = hash >>> 0;
  }

  /** Returns a number from 0 (inclusive) to 1 (exclusive). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** Returns a whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(list: readonly T[]): T {
    const picked = list[this.between(0, list.length - 1)];
    if (picked === undefined) throw new Error("nothing to pick from");
    return picked;
  }

  /** Returns a delay in milliseconds, mostly short and sometimes ten times as long. */
  delay(low: number, high: number): number {
    const length = this.between(low, high);
    return this.chance(0.03) ? length * 10 : length;
  }
}
