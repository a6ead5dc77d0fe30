/**
 * Converts texts in a worker thread, with a limit of time and memory for each. A comment of 40 KB can take gigabytes,
 * and the API must not wait for a page.
 */
import { createHash } from "node:crypto";
import { extname, join } from "node:path";
import { Worker } from "node:worker_threads";
import type { Text } from "./convert.ts";

const limitMs = 2_000;
/** Loading the thread's modules takes long on a busy machine. */
const startLimitMs = 30_000;
const limitMb = 256;
const maxRemembered = 1000;

/** TypeScript in the workspace, JavaScript in the published package. */
const program = join(import.meta.dirname, `worker${extname(import.meta.filename)}`);

let thread: Worker | null = null;
let last: Promise<unknown> = Promise.resolve();
/** Hashes of texts that exceeded a limit. Each is tried only once. */
const tooMuch = new Set<string>();

/** Converts the text to HTML; null if it exceeds a limit. Texts are converted one after another. */
export function convertApart(text: Text): Promise<string | null> {
  const turn = last.then(() => convert(text));
  last = turn.catch(() => {});
  return turn;
}

async function convert(text: Text): Promise<string | null> {
  const print = createHash("sha256").update(`${text.kind} ${text.text}`).digest("hex");
  if (tooMuch.has(print)) return null;
  const worker = thread ?? (await started());
  thread = worker;
  const answer = answerOf(worker, limitMs);
  worker.postMessage(text);
  const page = await answer.catch((error: unknown) => {
    thread = null;
    void worker.terminate();
    if (isOverLimit(error)) return null;
    throw error;
  });
  if (page === null) remember(print);
  return page;
}

async function started(): Promise<Worker> {
  const worker = new Worker(program, { resourceLimits: { maxOldGenerationSizeMb: limitMb } });
  // The worker must not keep the process alive.
  worker.unref();
  // An error that nobody waits for, such as one about memory while the worker ends, must not end the process.
  worker.on("error", () => {});
  await answerOf(worker, startLimitMs);
  return worker;
}

class TookTooLong extends Error {}

function isOverLimit(error: unknown): boolean {
  return error instanceof TookTooLong || (error as NodeJS.ErrnoException).code === "ERR_WORKER_OUT_OF_MEMORY";
}

/** Resolves with the worker's next message. */
function answerOf(worker: Worker, withinMs: number): Promise<string | null> {
  const { promise, resolve, reject } = Promise.withResolvers<string | null>();
  const timer = setTimeout(() => reject(new TookTooLong(`no answer within ${withinMs} ms`)), withinMs);
  worker.once("message", resolve);
  worker.once("error", reject);
  return promise.finally(() => {
    clearTimeout(timer);
    worker.off("message", resolve);
    worker.off("error", reject);
  });
}

function remember(print: string): void {
  if (tooMuch.size === maxRemembered) tooMuch.clear();
  tooMuch.add(print);
}
