/** Virtual time: a queue of what will happen. Nothing waits; time is where the next thing is. */
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

  /** Run something in `delay` milliseconds; of things at the same time, what was asked for first comes first. */
  after(delay: number, run: () => void): void {
    this.#order += 1;
    this.#push({ at: this.now + Math.max(0, Math.round(delay)), command: this.#order, run });
  }

  /** When the next thing happens, or null. */
  next(): number | null {
    return this.#queue[0]?.at ?? null;
  }

  /** Go to a time at which nothing of the queue has been missed, and let happen what is due by then. */
  advance(to: number): void {
    while (this.#queue[0] !== undefined && this.#queue[0].at <= to) {
      const due = this.#pop();
      this.now = Math.max(this.now, due.at);
      due.run();
    }
    this.now = Math.max(this.now, to);
  }

  /** Let only the next thing happen. */
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

/** After all that follows from what has happened, in this turn of the event loop. */
export function drained(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
