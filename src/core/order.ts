/** What a person writes: `/headgate retry parser`. */
import { z } from "zod";
import { TaskId } from "./plan.ts";

export const Order = z.discriminatedUnion("verb", [
  z.object({ verb: z.literal("status") }),
  z.object({ verb: z.literal("help") }),
  z.object({ verb: z.literal("hold") }),
  z.object({ verb: z.literal("resume") }),
  z.object({ verb: z.literal("cancel") }),
  z.object({ verb: z.literal("retry"), task: TaskId }),
  /** Dollars to add to the feature's budget. */
  z.object({ verb: z.literal("budget"), usd: z.number().positive().max(10_000) }),
  /** Addressed to Headgate, but not understood. `reason` says what was wrong. */
  z.object({ verb: z.literal("malformed"), text: z.string().max(500), reason: z.string().max(500) }),
]);
export type Order = z.infer<typeof Order>;
