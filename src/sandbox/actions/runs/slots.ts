/** How many jobs run at the same time; the others wait in the order they came. */
export interface Slots {
  /** Gives a slot's release once there is one; null when the signal aborts before. */
  take(signal: AbortSignal): Promise<(() => void) | null>;
}

export function newSlots(count: number): Slots {
  let free = count;
  const waiting: (() => void)[] = [];

  function release(): void {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  }

  return {
    take(signal) {
      if (signal.aborted) return Promise.resolve(null);
      if (free > 0) {
        free -= 1;
        return Promise.resolve(release);
      }
      return new Promise((resolve) => {
        const giveUp = () => {
          waiting.splice(waiting.indexOf(take), 1);
          resolve(null);
        };
        const take = () => {
          signal.removeEventListener("abort", giveUp);
          resolve(release);
        };
        waiting.push(take);
        signal.addEventListener("abort", giveUp, { once: true });
      });
    },
  };
}
