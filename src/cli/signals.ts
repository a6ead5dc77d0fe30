/** Detects a request to stop: a key, a signal, a closed terminal, or the end of the parent process. */

import { isatty } from "node:tty";

/** Stops a start between two steps once the user has interrupted it. */
export class Interrupted extends Error {
  constructor() {
    super("interrupted");
    this.name = "Interrupted";
  }
}

export interface Interruption {
  /** Resolves with the signal that asked to stop. */
  wanted: Promise<string>;
  /** Returns the result of `step`. @throws Interrupted when a request to stop came meanwhile */
  after<Result>(step: Promise<Result>): Promise<Result>;
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Keeps these signals from ending the process, except a second Ctrl-C. `tools/headgate.mjs` passes signals on as
 * messages. The terminal also sends its Ctrl-C to this process, and one key must not count twice.
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
  // Stops when the output is closed: the terminal is gone, or `head` has exited.
  process.stdout.on("error", () => want("SIGPIPE"));
  process.stderr.on("error", () => want("SIGPIPE"));
  // The parent process may have ended while this process was loading.
  if (process.connected === false) want("SIGHUP");
  // Waiting for a message must not keep an otherwise idle process alive.
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

/**
 * `npm` forwards the terminal's Ctrl-C to its child, which already had it. Two signals this close, in milliseconds, are
 * one key.
 */
const TOGETHER_MS = 300;
let pressedAt: number | null = null;

function pressedBefore(now: number): boolean {
  const before = pressedAt !== null && now - pressedAt > TOGETHER_MS;
  pressedAt ??= now;
  return before;
}

/** Asks at the start: after the terminal has closed, isatty returns false. */
const inTerminal = [0, 1, 2].some((descriptor) => isatty(descriptor));
let hungUp = false;

/**
 * Ends the process. Node.js aborts with a core dump when it exits after its terminal has closed, so a signal ends it
 * instead.
 */
export function exitWith(code: number): void {
  if (!hungUp || !inTerminal) process.exit(code);
  process.removeAllListeners("SIGHUP");
  process.kill(process.pid, "SIGHUP");
}
