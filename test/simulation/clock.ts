/** Keeps virtual time as a queue of events. Nothing waits: time jumps to the next event. */
interface Due {
  at: number;
  command: number;
  run: () => void;
}

export class Clock {
  now: number;
  readonly #queue: Due[] = [];
  #order = 0;

  constructor(start: number) {
    this.now = start;
  }

  /** Runs `run` after `delay` milliseconds. Events at the same time run in the sequence of their registration. */
  after(delay: number, run: () => void): void {
    this.#order += 1;
    this.#push({ at: this.now + Math.max(0, Math.round(delay)), command: this.#order, run });
  }

  /** Returns the time of the next event in milliseconds, or null when the queue is empty. */
  next(): number | null {
    return this.#queue[0]?.at ?? null;
  }

  /** Moves time to `to` and runs everything due by then. */
  advance(to: number): void {
    while (this.#queue[0] !== undefined && this.#queue[0].at <= to) {
      const due = this.#pop();
      this.now = Math.max(this.now, due.at);
      due.run();
    }
    this.now = Math.max(this.now, to);
  }

  /** Runs only the next event. */
  step(): void {
    const due = this.#pop();
    this.now = Math.max(this.now, due.at);
    due.run();
  }

  #push(due: Due): void {
    const queue = this.#queue;
    let at = queue.push(due) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (before(queue[parent]!, due)) break;
      queue[at] = queue[parent]!;
      at = parent;
    }
    queue[at] = due;
  }

  #pop(): Due {
    const queue = this.#queue;
    const first = queue[0];
    const last = queue.pop();
    if (first === undefined || last === undefined) throw new Error("nothing is due");
    if (queue.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= queue.length) break;
      if (child + 1 < queue.length && before(queue[child + 1]!, queue[child]!)) child += 1;
      if (before(last, queue[child]!)) break;
      queue[at] = queue[child]!;
      at = child;
    }
    queue[at] = last;
    return first;
  }
}

function before(left: Due, right: Due): boolean {
  return left.at !== right.at ? left.at < right.at : left.command < right.command;
}

/** Resolves after all microtasks of this turn of the event loop have run. */
export function drained(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
