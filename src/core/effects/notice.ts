/** Comments on the issue that are posted once each. `messages/notices.ts` holds the words. */

import { z } from "zod";
import { CommandFault } from "../command.ts";
import { BroughtBack } from "../feature/commands/brought-back.ts";
import { Without } from "../feature/ending/without.ts";
import { Resource } from "../feature/parked.ts";
import { Refusal } from "../feature/refusal.ts";
import { PlanProblem } from "../plan/problem.ts";
import { Problem } from "../preflight/index.ts";

type Key = (string | number)[];

/** `key` names the notice among those of its issue, in its hidden marker and in its effect's natural key. */
function define<Schema extends z.ZodType>(
  schema: Schema,
  rest: { key(notice: z.infer<Schema>): Key },
): { schema: Schema; key(notice: z.infer<Schema>): Key } {
  return { schema, ...rest };
}

/** One answer to a comment, of any text. */
const answer = ({ comment }: { comment: number }): Key => ["answer", comment];

const notices = {
  "unauthorised-label": define(z.object({ about: z.literal("unauthorised-label"), by: z.string() }), {
    key: ({ about, by }) => [about, by],
  }),

  "unauthorised-command": define(
    z.object({ about: z.literal("unauthorised-command"), by: z.string(), comment: z.number().int() }),
    { key: ({ about, by }) => [about, by] },
  ),

  "malformed-command": define(
    z.object({
      about: z.literal("malformed-command"),
      comment: z.number().int(),
      /** The line as it was written. */
      text: z.string(),
      fault: CommandFault,
    }),
    { key: answer },
  ),

  "refused-command": define(
    z.object({ about: z.literal("refused-command"), comment: z.number().int(), refusal: Refusal }),
    { key: answer },
  ),

  help: define(z.object({ about: z.literal("help"), comment: z.number().int() }), { key: answer }),

  /** `dependents`: tasks that wait for it and go on. `comment`: the command that asked for it; null: none did. */
  "task-left-out": define(
    z.object({
      about: z.literal("task-left-out"),
      task: z.string(),
      without: Without,
      pull: z.number().nullable(),
      dependents: z.array(z.string()),
      comment: z.number().int().nullable(),
    }),
    { key: ({ about, task, comment }) => (comment === null ? [about, task] : ["answer", comment]) },
  ),

  "tasks-brought-back": define(
    BroughtBack.extend({ about: z.literal("tasks-brought-back"), comment: z.number().int() }),
    { key: answer },
  ),

  "closed-by-other": define(
    z.object({ about: z.literal("closed-by-other"), by: z.string(), round: z.number().int() }),
    { key: ({ about, round }) => [about, round] },
  ),

  "begun-anew": define(
    z.object({
      about: z.literal("begun-anew"),
      life: z.number().int(),
      by: z.string(),
      former: z.enum(["completed", "cancelled", "failed"]),
    }),
    { key: ({ about }) => [about] },
  ),

  /** Said on the issue, where that can still be, and on each open pull. */
  "issue-gone": define(
    z.object({
      about: z.literal("issue-gone"),
      why: z.enum(["transferred", "deleted"]),
      by: z.string().nullable(),
      issue: z.number().int(),
      pull: z.number().int().nullable(),
    }),
    { key: ({ about, pull }) => [about, pull ?? "issue"] },
  ),

  /** The feature is over, and opening its issue again does not change that. */
  "reopened-after-end": define(
    z.object({ about: z.literal("reopened-after-end"), stage: z.enum(["completed", "cancelled", "failed"]) }),
    { key: ({ about }) => [about] },
  ),

  /** A person without write access closed the sub-issue of a task, which does not leave it out. */
  "sub-issue-closed-by-other": define(
    z.object({
      about: z.literal("sub-issue-closed-by-other"),
      by: z.string(),
      issue: z.number().int(),
      task: z.string(),
      round: z.number().int(),
    }),
    { key: ({ about, round }) => [about, round] },
  ),

  "nothing-to-do": define(
    z.object({ about: z.literal("nothing-to-do"), task: z.string(), attempt: z.number(), said: z.string() }),
    { key: ({ about, task, attempt }) => [about, task, attempt] },
  ),

  /** An event on which the core fails stopped the work. `event`: its id, as the log has it. */
  stopped: define(z.object({ about: z.literal("stopped"), issue: z.number().int(), event: z.string() }), {
    key: ({ about, issue, event }) => [about, issue, event],
  }),

  "not-ready": define(
    z.object({ about: z.literal("not-ready"), round: z.number().int(), problems: z.array(Problem) }),
    { key: ({ about, round }) => [about, round] },
  ),

  "budget-warning": define(
    z.object({
      about: z.literal("budget-warning"),
      extra: z.number(),
      short: z.array(Resource),
    }),
    { key: ({ about, short, extra }) => [about, short.join("+"), extra] },
  ),

  "plan-errors": define(
    z.object({
      about: z.literal("plan-errors"),
      version: z.number().int(),
      problems: z.array(PlanProblem),
      /** People added the tasks to a feature under way, which continues without them. */
      added: z.boolean().default(false),
    }),
    { key: ({ about, version }) => [about, version] },
  ),

  "plan-questions": define(
    z.object({ about: z.literal("plan-questions"), version: z.number().int(), questions: z.array(z.string()) }),
    { key: ({ about, version }) => [about, version] },
  ),
};

type Table = typeof notices;
export type Notice = { [About in keyof Table]: z.infer<Table[About]["schema"]> }[keyof Table];
export const Notice: z.ZodType<Notice> = z.union(Object.values(notices).map(({ schema }) => schema));

/** The notice's name in its hidden marker and in its effect's natural key. */
export function noticeKey(notice: Notice): string {
  const { key }: { key(notice: Notice): Key } = notices[notice.about];
  return key(notice).join(":");
}
