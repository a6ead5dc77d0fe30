const maxEntries = 500;

/** Values made once per key; the oldest are forgotten. */
export class Remembered<Value> {
  readonly #entries = new Map<string, Value>();

  get(key: string, make: () => Value): Value {
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    const value = make();
    this.#entries.set(key, value);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > maxEntries && oldest !== undefined) this.#entries.delete(oldest);
    return value;
  }
}
