/** What a person writes: `/headgate retry parser`, and an issue with what people wrote on it. */
import { z } from "zod";
import { TaskId } from "./plan.ts";

export const Command = z.discriminatedUnion("verb", [
  z.object({ verb: z.literal("status") }),
  z.object({ verb: z.literal("help") }),
  z.object({ verb: z.literal("hold") }),
  z.object({ verb: z.literal("resume") }),
  z.object({ verb: z.literal("cancel") }),
  z.object({ verb: z.literal("retry"), task: TaskId }),
  /** Carry the plan out. `version`: the one meant; null: the one that was shown when this was written. */
  z.object({ verb: z.literal("approve"), version: z.number().int().positive().nullable() }),
  /** Plan anew, with these words for the planner. */
  z.object({ verb: z.literal("plan"), guidance: z.string().max(4_000) }),
  /** Leave a task out; what depends on it depends on what it depended on. A task is named by its id, or its row's number. */
  z.object({ verb: z.literal("drop"), task: z.string() }),
  /** Have one task wait for another. */
  z.object({ verb: z.literal("after"), task: z.string(), needs: z.string() }),
  /** No command: something said while the planner waits for an answer. */
  z.object({ verb: z.literal("answer") }),
  /** Dollars to add to the feature's budget. */
  z.object({ verb: z.literal("budget"), usd: z.number().positive().max(10_000) }),
  /** Addressed to Headgate, but not understood. `reason` says what was wrong. */
  z.object({ verb: z.literal("malformed"), text: z.string().max(500), reason: z.string().max(500) }),
]);
export type Command = z.infer<typeof Command>;

/** The last commands on an issue; a sweep tells no more. */
export const MAX_COMMANDS = 500;

/** An issue as it is seen in a sweep. */
export const IssueObservation = z.object({
  open: z.boolean(),
  /** It bears the label that asks for features. */
  labelled: z.boolean(),
  title: z.string(),
  body: z.string(),
  /** Comments of people that hold a command; when each was written, as GitHub says it and in milliseconds since 1970. */
  commands: z
    .array(
      z.object({
        comment: z.number().int(),
        by: z.string(),
        createdAt: z.string(),
        at: z.number().int(),
        command: Command,
      }),
    )
    .max(MAX_COMMANDS),
});
export type IssueObservation = z.infer<typeof IssueObservation>;
