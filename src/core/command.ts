/** Slash commands such as `/headgate retry parser`, and an issue with the commands on it. */
import { z } from "zod";
import { TaskId } from "./plan.ts";

/** The verbs after `/headgate`. `drop` and `after` follow `plan`; `approve-task` is `approve` with a task, `retry-all` is `retry all`. */
export const Verb = z.enum([
  "status",
  "help",
  "hold",
  "resume",
  "cancel",
  "retry",
  "retry-all",
  "skip",
  "done",
  "approve",
  "approve-task",
  "plan",
  "drop",
  "after",
  "budget",
]);
export type Verb = z.infer<typeof Verb>;

/** Why a line that begins with `/headgate` is no command. `messages/commands.ts` has the words. */
export const CommandFault = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("no-verb") }),
  /** `near`: the verb that was probably meant. */
  z.object({ kind: z.literal("unknown-verb"), typed: z.string(), near: Verb.nullable() }),
  z.object({ kind: z.literal("wrong-arguments"), verb: Verb }),
  /** `near`: the id that was probably meant. */
  z.object({ kind: z.literal("not-a-task-id"), typed: z.string(), near: TaskId.nullable() }),
  /** A sentence that a version before feature schema 6 stored. */
  z.object({ kind: z.literal("unknown"), text: z.string() }),
]);
export type CommandFault = z.infer<typeof CommandFault>;

export const Command = z.discriminatedUnion("verb", [
  z.object({ verb: z.literal("status") }),
  z.object({ verb: z.literal("help") }),
  z.object({ verb: z.literal("hold") }),
  z.object({ verb: z.literal("resume") }),
  z.object({ verb: z.literal("cancel") }),
  z.object({ verb: z.literal("retry"), task: TaskId }),
  /** Retry every task that waits or is parked. */
  z.object({ verb: z.literal("retry-all") }),
  /** Leave a task out while the plan is carried out. What depends on it goes on. */
  z.object({ verb: z.literal("skip"), task: TaskId }),
  /** End a task that a person did otherwise, or of which nothing is to be done. */
  z.object({ verb: z.literal("done"), task: TaskId }),
  /** Carry the plan out. `version`: the one meant; null: the one that was shown when this was written. */
  z.object({ verb: z.literal("approve"), version: z.number().int().positive().nullable() }),
  /** Approve the changes of a task's pull that its checks cannot vouch for. */
  z.object({ verb: z.literal("approve-task"), task: TaskId }),
  /** Make a new plan, with these words for the planner. */
  z.object({ verb: z.literal("plan"), guidance: z.string().max(4_000) }),
  /** Leave a task out; what depends on it depends on what it depended on. A task is named by its id, or its row's number. */
  z.object({ verb: z.literal("drop"), task: z.string() }),
  /** Have one task wait for another. */
  z.object({ verb: z.literal("after"), task: z.string(), needs: z.string() }),
  /** No slash command: a comment written while the planner waits for an answer. */
  z.object({ verb: z.literal("answer") }),
  /** Dollars to add to the feature's budget. */
  z.object({ verb: z.literal("budget"), usd: z.number().positive().max(10_000) }),
  /** Addressed to Headgate, but not understood. `text`: the line as it was written. */
  z.object({ verb: z.literal("malformed"), text: z.string().max(500), fault: CommandFault }),
]);
export type Command = z.infer<typeof Command>;

/** The command of a comment, where it waits outside the state: there is no room for it until its sender's permission is known. */
export const WaitingCommand = z.object({
  writtenAt: z.number().int(),
  command: Command,
  /** The pull that it was written on. Left out: on the issue. */
  pull: z.number().int().optional(),
});
export type WaitingCommand = z.infer<typeof WaitingCommand>;

/** Commands in one observation of an issue. What exceeds it comes in further ones. */
export const MAX_COMMANDS = 500;

/** An issue as a sweep sees it. */
export const IssueObservation = z.object({
  open: z.boolean(),
  /** It has the label that asks for features. */
  labelled: z.boolean(),
  title: z.string(),
  body: z.string(),
  /** People's comments with a command. `createdAt` is GitHub's text, `at` the same in milliseconds since 1970. */
  commands: z
    .array(
      z.object({
        comment: z.number().int(),
        by: z.string(),
        createdAt: z.string(),
        at: z.number().int(),
        command: Command,
        /** The pull that it was written on. Left out: on the issue. */
        pull: z.number().int().positive().optional(),
      }),
    )
    .max(MAX_COMMANDS),
  /** Its closed sub-issues. Left out: nobody asked. */
  closedSubIssues: z.array(z.number().int()).max(100).optional(),
});
export type IssueObservation = z.infer<typeof IssueObservation>;
