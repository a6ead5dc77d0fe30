/** The answer to a person who brings back many tasks at once, as values. `messages/explain/brought-back.ts` makes the sentences. */
import { z } from "zod";

/**
 * Why a task stays parked. own-work: only another attempt helps. decide: a person says whether nothing is to be done. by-hand: what
 * is left cannot be done by Headgate.
 */
const StayReason = z.enum(["own-work", "decide", "by-hand"]);
export type StayReason = z.infer<typeof StayReason>;

export const BroughtBack = z.object({
  back: z.array(z.string()),
  /** Their pulls are read again. They come back if nothing is wrong with them any more. */
  looking: z.array(z.string()),
  staying: z.array(z.object({ task: z.string(), why: StayReason })),
  /** Why nothing starts all the same. null: it does. */
  stopped: z.enum(["held", "parked", "closed"]).nullable(),
});
export type BroughtBack = z.infer<typeof BroughtBack>;
