/** A worker that asks `/healthz` and the bare server in turn, so that the load itself does not delay the measurement. */
import { Agent, get } from "node:http";
import { parentPort, workerData } from "node:worker_threads";

const { url, bareUrl } = workerData as { url: string; bareUrl: string };
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const PAUSE_MS = 20;
/** A request without an answer counts as this long. */
const LONGEST_MS = 5_000;

for (;;) {
  const at = Date.now();
  const ms = await asked(url);
  const bareMs = await asked(bareUrl);
  parentPort?.postMessage({ at, ms, bareMs });
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
}

/** Returns the milliseconds until the answer. */
function asked(address: string): Promise<number> {
  const began = performance.now();
  return new Promise((resolve) => {
    const done = () => resolve(performance.now() - began);
    const request = get(address, { agent, timeout: LONGEST_MS }, (response) => response.resume().once("close", done));
    request.once("timeout", () => request.destroy(new Error("no answer")));
    request.once("error", done);
  });
}
