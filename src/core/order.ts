/** What a person writes: `/headgate retry parser`, and an issue with what people wrote on it. */
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

/** The last orders on an issue; a sweep tells no more. */
export const MAX_ORDERS = 500;

/** An issue as it is seen in a sweep. */
export const IssueObservation = z.object({
  open: z.boolean(),
  /** It bears the label that asks for features. */
  labelled: z.boolean(),
  /** Comments of people that hold an order; when each was written, as GitHub says it and in milliseconds since 1970. */
  orders: z
    .array(z.object({ comment: z.number().int(), by: z.string(), createdAt: z.string(), at: z.number(), order: Order }))
    .max(MAX_ORDERS),
});
export type IssueObservation = z.infer<typeof IssueObservation>;
