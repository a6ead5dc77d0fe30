/**
 * Converts texts in a thread of their own, with a limit of time and memory for each: a comment of 40 KB can ask for
 * gigabytes, and the API must not wait for a page.
 */
import { createHash } from "node:crypto";
import { extname, join } from "node:path";
import { Worker } from "node:worker_threads";
import type { Text } from "./convert.ts";

const limitMs = 2_000;
/** On a busy machine it takes a while until the thread has read its modules. */
const startLimitMs = 30_000;
const limitMb = 256;
const maxRemembered = 1000;

/** In TypeScript in the workspace, in JavaScript in the published package. */
const program = join(import.meta.dirname, `worker${extname(import.meta.filename)}`);

let thread: Worker | null = null;
let last: Promise<unknown> = Promise.resolve();
/** Fingerprints of texts that went over a limit: each costs its time once. */
const tooMuch = new Set<string>();

/** The text as HTML; null when that takes too much time or memory. Texts wait for each other. */
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
  // It ends with the process, whoever forgets it.
  worker.unref();
  // What it still says once nobody listens, as when it is ended for lack of memory, must not end the process.
  worker.on("error", () => {});
  await answerOf(worker, startLimitMs);
  return worker;
}

class TookTooLong extends Error {}

function isOverLimit(error: unknown): boolean {
  return error instanceof TookTooLong || (error as NodeJS.ErrnoException).code === "ERR_WORKER_OUT_OF_MEMORY";
}

/** The next thing that the thread says. */
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
