/** Being told to stop: by a key, a signal, a terminal that closes, or the end of whoever started this process. */

import { isatty } from "node:tty";

/** Thrown between the steps of a start that nobody waits for any more. */
export class Interrupted extends Error {
  constructor() {
    super("interrupted");
    this.name = "Interrupted";
  }
}

export interface Interruption {
  /** Resolves with what told so. */
  wanted: Promise<string>;
  /** What `step` resolves with. @throws Interrupted when the wish came in the meantime */
  after<Result>(step: Promise<Result>): Promise<Result>;
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * From now on none of these ends the process by itself, but for a second Ctrl-C. `tools/headgate.mjs` passes signals on as
 * messages: a terminal has sent its Ctrl-C to this process as well, and one key must not count twice.
 */
export function onInterruption(): Interruption {
  const { promise: wanted, resolve } = Promise.withResolvers<string>();
  let isWanted = false;
  const want = (cause: string) => {
    isWanted = true;
    resolve(cause);
  };
  for (const signal of signals) {
    process.on(signal, () => {
      if (signal === "SIGINT" && pressedBefore(Date.now())) process.exit(130);
      if (signal === "SIGHUP") hungUp = true;
      want(signal);
    });
  }
  process.on("message", (message) => want(String(message)));
  process.on("disconnect", () => want("SIGHUP"));
  // Nobody reads what is printed: the terminal is gone, or `head` has seen enough.
  process.stdout.on("error", () => want("SIGPIPE"));
  process.stderr.on("error", () => want("SIGPIPE"));
  // What started it may have ended while this process was loading.
  if (process.connected === false) want("SIGHUP");
  // Waiting for a message must not keep a process alive that has nothing else to do.
  process.channel?.unref();
  return {
    wanted,
    async after(step) {
      const result = await step;
      if (isWanted) throw new Interrupted();
      return result;
    },
  };
}

/** `npm` passes the terminal's Ctrl-C on to its child, which has had it already: a person is not that fast. */
const TOGETHER_MS = 300;
let pressedAt: number | null = null;

function pressedBefore(now: number): boolean {
  const before = pressedAt !== null && now - pressedAt > TOGETHER_MS;
  pressedAt ??= now;
  return before;
}

/** Asked while there is one: afterwards nothing is a terminal any more. */
const inTerminal = [0, 1, 2].some((descriptor) => isatty(descriptor));
let hungUp = false;

/** Ends the process. Node.js aborts with a core dump when it exits after its terminal has gone; a signal does not. */
export function leave(code: number): void {
  if (!hungUp || !inTerminal) process.exit(code);
  process.removeAllListeners("SIGHUP");
  process.kill(process.pid, "SIGHUP");
}
