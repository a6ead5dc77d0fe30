/** Limits how many jobs or clones run at the same time. The others wait in order. */
export interface Slots {
  /** Resolves with the release of a slot; null if the signal aborts before. A second release does nothing. */
  take(signal: AbortSignal): Promise<(() => void) | null>;
}

export function newSlots(count: number): Slots {
  let free = count;
  const waiting: (() => void)[] = [];

  function slot(): () => void {
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    };
  }

  return {
    take(signal) {
      if (signal.aborted) return Promise.resolve(null);
      if (free > 0) {
        free -= 1;
        return Promise.resolve(slot());
      }
      return new Promise((resolve) => {
        const giveUp = () => {
          waiting.splice(waiting.indexOf(take), 1);
          resolve(null);
        };
        const take = () => {
          signal.removeEventListener("abort", giveUp);
          resolve(slot());
        };
        waiting.push(take);
        signal.addEventListener("abort", giveUp, { once: true });
      });
    },
  };
}
