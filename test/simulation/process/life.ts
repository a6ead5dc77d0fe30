/** One life of a process, from start to death. The process never finishes work that was open at its death. */
export class Life {
  alive = true;
  readonly name: string;
  readonly death: Promise<void>;
  readonly #died: () => void;
  readonly #onDeath: (life: Life, why: string) => void;

  constructor(name: string, onDeath: (life: Life, why: string) => void) {
    this.name = name;
    this.#onDeath = onDeath;
    let died = () => {};
    this.death = new Promise((resolve) => {
      died = resolve;
    });
    this.#died = died;
  }

  crash(why: string): void {
    if (!this.alive) return;
    this.alive = false;
    this.#died();
    this.#onDeath(this, why);
  }
}

/** Returns a promise that never settles, for the calls of a dead process. */
export function never<T>(): Promise<T> {
  return new Promise(() => {});
}
