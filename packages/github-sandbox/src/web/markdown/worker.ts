/** The worker thread that converts texts, one after another. */
import { parentPort } from "node:worker_threads";
import { type Text, toPage } from "./convert.ts";

/** The longest HTML, in characters. */
const maxLength = 4_000_000;

/** Converts the text; null if the result is too long or the text nested too deeply. */
function converted(text: Text): string | null {
  try {
    const page = toPage(text);
    return page.length > maxLength ? null : page;
  } catch (error) {
    // The stack overflowed on deep nesting.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

parentPort?.on("message", (text: Text) => parentPort?.postMessage(converted(text)));
parentPort?.postMessage("ready");
