/** The entry of a reader's process. It ends with the server, whose channel it listens on. */
import { type ReadMessage, ReadRequest } from "./protocol.ts";
import { isReader, readers } from "./readers.ts";

process.on("message", (message) => void carryOut(ReadRequest.parse(message)));
process.on("disconnect", () => process.exit());

async function carryOut({ id, reader, input }: ReadRequest): Promise<void> {
  if (!isReader(reader)) {
    say({ type: "failed", id, kind: "defect", message: `there is no reader ${reader}` });
    return;
  }
  say({ type: "begun", id });
  try {
    const run: (...input: never[]) => Promise<unknown> = readers[reader].run;
    say({ type: "done", id, output: await run(...(input as never[])) });
  } catch (error) {
    say({ type: "failed", id, ...meaningOf(error) });
  }
}

function meaningOf(error: unknown): Pick<Extract<ReadMessage, { type: "failed" }>, "kind" | "message"> {
  const message = error instanceof Error ? error.message : String(error);
  // A buffer or a string that the process may not have. On the heap V8 ends the process instead.
  if (error instanceof RangeError && /allocation failed|Invalid string length|allocate/i.test(message)) {
    return { kind: "memory", message };
  }
  const isBad = error instanceof Error && (error.name === "BadArchive" || error.name === "BadDelivery");
  return { kind: isBad ? "bad" : "defect", message };
}

function say(message: ReadMessage): void {
  process.send?.(message);
}
