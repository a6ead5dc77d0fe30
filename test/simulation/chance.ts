/** Chance from a seed. Streams with names of their own do not shift each other: taking one fault away leaves the rest as it was. */
export class Chance {
  #state: number;

  constructor(seed: string) {
    // FNV-1a, then mulberry32: small, and good enough to play dice with.
    let hash = 2_166_136_261;
    for (let index = 0; index < seed.length; index += 1) {
      hash = Math.imul(hash ^ seed.charCodeAt(index), 16_777_619);
    }
    this.#state = hash >>> 0;
  }

  /** From 0 up to, but not including, 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number; both ends are possible. */
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

  /** Mostly short, sometimes ten times as long. */
  delay(low: number, high: number): number {
    const length = this.between(low, high);
    return this.chance(0.03) ? length * 10 : length;
  }
}
