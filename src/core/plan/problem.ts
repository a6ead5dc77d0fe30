/** Problems of a plan of any author. `messages/problems/plan.ts` has the words. */
import { z } from "zod";
import { Cause } from "../cause.ts";

/** A candidate's task: its id, or its place from 1 where no id can be read. Candidates are anybody's, so ids are any text. */
const task = z.union([z.string(), z.number().int()]);

export const PlanProblem = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("no-tasks") }),
  z.object({ kind: z.literal("too-many-tasks"), most: z.number().int() }),
  z.object({ kind: z.literal("bad-id"), task }),
  /** Headgate's own tasks have such ids. */
  z.object({ kind: z.literal("reserved-id"), id: z.string() }),
  z.object({ kind: z.literal("path-outside"), task, field: z.string() }),
  /** `task`: null where the plan's own field is meant. `quoted`: the schema's message. */
  z.object({ kind: z.literal("invalid-field"), task: task.nullable(), field: z.string(), quoted: z.string() }),
  z.object({ kind: z.literal("duplicate-id"), id: z.string() }),
  z.object({ kind: z.literal("depends-on-itself"), id: z.string() }),
  z.object({ kind: z.literal("unknown-dependency"), id: z.string(), dependency: z.string() }),
  z.object({ kind: z.literal("cycle"), ids: z.array(z.string()) }),
  /** Tasks were added while everything was on its way to the base as one pull. */
  z.object({ kind: z.literal("too-late") }),
  /** No plan could be made of what people added. */
  z.object({ kind: z.literal("not-planned"), cause: Cause }),
]);
export type PlanProblem = z.infer<typeof PlanProblem>;
