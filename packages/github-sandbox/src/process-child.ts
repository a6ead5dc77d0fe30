/** Runs one sandbox in the child process of `process.ts` and calls its methods by message. */
import type { Sandbox, SandboxOptions } from "./sandbox.ts";
import { startSandbox } from "./sandbox.ts";

export interface Opening {
  id: number;
  open: SandboxOptions;
}

export interface Call {
  id: number;
  verb: string;
  given: unknown[];
}

export type CallAnswer = { id: number; value: unknown } | { id: number; error: { name: string; message: string } };

/** A call of the option `debugged`, which a function cannot be sent for. */
export interface Debugged {
  debugged: Parameters<NonNullable<SandboxOptions["debugged"]>>[0];
}

const CLOSE_LIMIT_MS = 5_000;

let sandbox: Sandbox | null = null;

async function take(message: Opening | Call): Promise<unknown> {
  if ("open" in message) {
    sandbox = await startSandbox({ ...message.open, debugged: (debugged) => send({ debugged }) });
    const { url, apiUrl } = sandbox;
    return {
      url,
      apiUrl,
      verbs: Object.entries(sandbox).flatMap(([name, member]) => (typeof member === "function" ? [name] : [])),
    };
  }
  const verb = (sandbox as Record<string, unknown> | null)?.[message.verb];
  if (typeof verb !== "function") throw new Error(`the sandbox has no verb ${message.verb}`);
  return verb(...message.given);
}

function send(answer: CallAnswer | Debugged): void {
  // Without a parent nothing waits for it.
  if (process.connected) process.send?.(answer, undefined, undefined, () => {});
}

process.on("message", (message: Opening | Call) => {
  take(message).then(
    (value) => send({ id: message.id, value }),
    (error: unknown) => {
      const known = error instanceof Error ? error : new Error(String(error));
      send({ id: message.id, error: { name: known.name, message: known.message } });
    },
  );
});

// The parent ended or crashed. Jobs must not outlive the sandbox; the next start repairs the rest.
process.on("disconnect", () => {
  setTimeout(() => process.exit(1), CLOSE_LIMIT_MS).unref();
  Promise.resolve(sandbox?.close()).then(
    () => process.exit(0),
    () => process.exit(1),
  );
});
// Ignores a signal to the parent's process group. The parent closes this process itself.
process.on("SIGINT", () => {});
