/**
 * Runs the sandbox in a process of its own, behind the same methods. The sandbox starts git for everything, and
 * starting a process costs more in a large parent. Beside an embedded database every call would stall.
 */
import { fork } from "node:child_process";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import type { Call, CallAnswer, Debugged, Opening } from "./process-child.ts";
import type { Sandbox, SandboxOptions } from "./sandbox.ts";

/** The sandbox's methods, each returning a promise. */
export type SandboxApart = {
  [Verb in keyof Sandbox]: Sandbox[Verb] extends (...given: infer Given) => infer Result
    ? (...given: Given) => Promise<Awaited<Result>>
    : Sandbox[Verb];
};

/** Options that can be sent to another process, and what is called with messages from there. */
export type ApartOptions = Omit<SandboxOptions, "clock" | "answered">;

/** TypeScript in the workspace, JavaScript in the published package. */
const program = join(import.meta.dirname, `process-child${extname(import.meta.filename)}`);

const LOCKED_RETRY_MS = 200;
const LOCKED_LIMIT_MS = 10_000;

/**
 * Starts the sandbox in a child process. The child ends with this process, also after a crash. A child of a crashed
 * process may still hold the folder: the start then waits and tries again.
 * @throws Error as `startSandbox` does
 */
export async function startSandboxApart(options: ApartOptions): Promise<SandboxApart> {
  const until = Date.now() + LOCKED_LIMIT_MS;
  for (;;) {
    try {
      return await start(options);
    } catch (error) {
      if (!(error instanceof Error && error.name === "FolderInUse") || Date.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, LOCKED_RETRY_MS));
    }
  }
}

async function start({ debugged, ...options }: ApartOptions): Promise<SandboxApart> {
  const child = fork(program, [], {
    serialization: "advanced",
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    // Loading some hundred modules takes most of a start. Node's own cache halves it.
    env: { NODE_COMPILE_CACHE: join(tmpdir(), "node-compile-cache"), ...process.env },
    // Ctrl-C signals the whole process group. The parent closes the child in order instead.
    detached: true,
  });
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let calls = 0;
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  void ended.then(() => {
    for (const { reject } of waiting.values()) reject(new Error("the sandbox's process ended"));
    waiting.clear();
  });
  child.on("message", (answer: CallAnswer | Debugged) => {
    if ("debugged" in answer) return debugged?.(answer.debugged);
    const asked = waiting.get(answer.id);
    waiting.delete(answer.id);
    if ("error" in answer) asked?.reject(Object.assign(new Error(answer.error.message), { name: answer.error.name }));
    else asked?.resolve(answer.value);
  });

  function ask(call: Omit<Call, "id"> | Omit<Opening, "id">): Promise<unknown> {
    calls += 1;
    const id = calls;
    return new Promise((resolve, reject) => {
      if (!child.connected) return reject(new Error("the sandbox's process ended"));
      waiting.set(id, { resolve, reject });
      child.send({ ...call, id });
    });
  }

  try {
    const opened = (await ask({ open: options })) as { url: string; apiUrl: string; verbs: string[] };
    const verbs = opened.verbs.map((verb) => [verb, (...given: unknown[]) => ask({ verb, given })]);
    const handle = { ...Object.fromEntries(verbs), url: opened.url, apiUrl: opened.apiUrl };
    return Object.assign(handle, {
      async close() {
        if (child.connected)
          await ask({ verb: "close", given: [] }).finally(() => child.connected && child.disconnect());
        await ended;
      },
    }) as SandboxApart;
  } catch (error) {
    if (child.connected) child.disconnect();
    throw error;
  }
}
