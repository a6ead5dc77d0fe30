/** A worker that asks `/healthz` again and again, so that the load itself does not delay the measurement. */
import { Agent, get } from "node:http";
import { parentPort, workerData } from "node:worker_threads";

const url = String(workerData);
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const PAUSE_MS = 20;
/** A request without an answer counts as this long. */
const LONGEST_MS = 5_000;

function ask(): void {
  const began = performance.now();
  const done = () => {
    parentPort?.postMessage({ at: Date.now(), ms: performance.now() - began });
    setTimeout(ask, PAUSE_MS);
  };
  const request = get(url, { agent, timeout: LONGEST_MS }, (response) => response.resume().once("end", done));
  request.once("timeout", () => request.destroy(new Error("no answer")));
  request.once("error", done);
}

ask();
