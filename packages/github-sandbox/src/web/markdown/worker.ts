/** The thread in which texts are converted, one after another. */
import { parentPort } from "node:worker_threads";
import { type Text, toPage } from "./convert.ts";

/** Pages of more than this are of no use to anyone. */
const maxLength = 4_000_000;

/** null: it cannot be shown. */
function converted(text: Text): string | null {
  try {
    const page = toPage(text);
    return page.length > maxLength ? null : page;
  } catch (error) {
    // Nested deeper than the stack reaches.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

parentPort?.on("message", (text: Text) => parentPort?.postMessage(converted(text)));
parentPort?.postMessage("ready");
