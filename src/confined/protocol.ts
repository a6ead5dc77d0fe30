/** The messages between the server and a reader's process. Structured clones, so that bytes need no encoding. */
import { z } from "zod";

export const ReadRequest = z.object({ id: z.number().int(), reader: z.string(), input: z.array(z.unknown()) });
export type ReadRequest = z.infer<typeof ReadRequest>;

export const ReadMessage = z.discriminatedUnion("type", [
  /** The reader begins now: its time counts from here, not from the start of a process on a busy machine. */
  z.object({ type: z.literal("begun"), id: z.number().int() }),
  z.object({ type: z.literal("done"), id: z.number().int(), output: z.unknown() }),
  /** `bad`: what it read is bad, in words for people. `memory`: an allocation failed. `defect`: an error of ours. */
  z.object({
    type: z.literal("failed"),
    id: z.number().int(),
    kind: z.enum(["bad", "memory", "defect"]),
    message: z.string(),
  }),
]);
export type ReadMessage = z.infer<typeof ReadMessage>;
