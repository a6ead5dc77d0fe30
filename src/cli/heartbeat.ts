/**
 * Says what is happening when nothing was printed for some seconds. Without it a person takes a long installation, or a model
 * that is overloaded, for a run that hangs.
 */
const QUIET_MS = 4_000;
/** A log would fill with the same line. A terminal shows it in place. */
const AGAIN_MS = 30_000;
const LOOK_MS = 500;

export interface Heartbeat {
  /** Says what goes on from now on; a function is asked again each time. null: nothing does. */
  during(what: string | (() => string | null) | null): void;
  /** Call it before every line that is printed. Removes the line in place. */
  printed(): void;
}

interface Screen {
  isTTY?: boolean;
  write(text: string): unknown;
}

export function createHeartbeat(output: Screen, shown: (line: string) => string, now: () => number): Heartbeat {
  let what: (() => string | null) | null = null;
  let timer: NodeJS.Timeout | undefined;
  let printedAt = now();
  let last: { text: string; at: number } | null = null;
  let inPlace = false;

  function look(): void {
    const at = now();
    const text = what?.() ?? null;
    if (text === null || at - printedAt < QUIET_MS) return;
    const line = shown(`… ${text} (${Math.round((at - printedAt) / 1000)} s)`);
    if (output.isTTY === true) {
      output.write(`\r\u001B[2K${line}`);
      inPlace = true;
      return;
    }
    if (last !== null && last.text === text && at - last.at < AGAIN_MS) return;
    last = { text, at };
    output.write(`${line}\n`);
  }

  function clear(): void {
    if (inPlace) output.write("\r\u001B[2K");
    inPlace = false;
  }

  return {
    during(next) {
      what = typeof next === "string" ? () => next : next;
      last = null;
      clearInterval(timer);
      if (what === null) return clear();
      timer = setInterval(look, LOOK_MS);
      // A run that is over must not wait for it.
      timer.unref();
    },
    printed() {
      clear();
      printedAt = now();
      last = null;
    },
  };
}
