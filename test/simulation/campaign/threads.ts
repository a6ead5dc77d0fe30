/** Spreads work over threads and passes each result on. */
import { Worker } from "node:worker_threads";
import type { Done, Work } from "./worker.ts";

/** A scenario's states are short-lived. A larger young generation runs a quarter more scenarios per second. */
const YOUNG = { maxYoungGenerationSizeMb: 96 };

/** Spreads the work. Ends early once `take` returns true. */
export async function spread(work: Iterable<Work>, threads: number, take: (done: Done) => boolean): Promise<void> {
  const pieces = work[Symbol.iterator]();
  let enough = false;
  await Promise.all(Array.from({ length: threads }, () => serve()));

  async function serve(): Promise<void> {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { resourceLimits: YOUNG });
    try {
      for (let piece = pieces.next(); piece.done !== true && !enough; piece = pieces.next()) {
        enough = take(await answer(worker, piece.value)) || enough;
      }
    } finally {
      await worker.terminate();
    }
  }
}

function answer(worker: Worker, piece: Work): Promise<Done> {
  return new Promise((resolve, reject) => {
    worker.once("error", reject);
    worker.once("message", (done: Done) => {
      worker.off("error", reject);
      resolve(done);
    });
    worker.postMessage(piece);
  });
}
