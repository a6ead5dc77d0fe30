/** Keeps what was read from git or parsed, so that a busy repository's files are not read for every event. */
const maxEntries = 500;

/** Makes each value once per key, and forgets the oldest. */
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
