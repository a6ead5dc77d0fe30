/** Waiting for a condition without sleeping: it is asked again whenever something has happened. */

/** Limits each wait, in ms. Four tasks one after another take 20 s on an idle machine. */
const LIMIT_MS = 150_000;

export class Patience {
  #happened = 0;
  #wake = () => {};

  /** Something happened: every condition may have changed. */
  happened(): void {
    this.#happened += 1;
    this.#wake();
  }

  /** Resolves with the condition's value once that is truthy. `account` describes the state for the error's message. */
  async until<T>(condition: () => T | Promise<T>, account: () => Promise<string>, limitMs = LIMIT_MS): Promise<T> {
    const deadline = Date.now() + limitMs;
    for (;;) {
      const before = this.#happened;
      const value = await condition();
      if (value) return value;
      if (Date.now() > deadline) throw new Error(`${await account()}\n\nThis did not come: ${condition}`);
      if (this.#happened === before) await this.#next(deadline - Date.now());
    }
  }

  #next(limitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, limitMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
