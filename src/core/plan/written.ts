/** Problems of tasks that people wrote down. `messages/problems/written.ts` has the words. */
import { z } from "zod";

const line = z.number().int();

export const WrittenProblem = z.discriminatedUnion("kind", [
  /** A sub-issue waits for an open issue that is not part of the feature. */
  z.object({ kind: z.literal("blocked-from-outside"), issue: z.number(), blocker: z.number(), feature: z.number() }),
  z.object({ kind: z.literal("list-too-far-down"), most: line }),
  z.object({ kind: z.literal("too-many-boxes"), boxes: z.number(), most: z.number() }),
  z.object({ kind: z.literal("duplicate-id"), line, id: z.string(), first: line }),
  z.object({ kind: z.literal("cycle"), line, tasks: z.array(z.object({ id: z.string(), line })) }),
  z.object({ kind: z.literal("no-title"), line }),
  z.object({ kind: z.literal("reserved-id"), line, id: z.string() }),
  z.object({ kind: z.literal("unknown-size"), line, size: z.string() }),
  z.object({ kind: z.literal("unknown-role"), line, role: z.string() }),
  z.object({ kind: z.literal("path-outside"), line, path: z.string() }),
  z.object({ kind: z.literal("too-many-files"), line, most: z.number() }),
  z.object({ kind: z.literal("description-too-long"), line, most: z.number() }),
  z.object({ kind: z.literal("after-itself"), line, id: z.string() }),
  /** `known`: ids that the list has. */
  z.object({ kind: z.literal("unknown-task"), line, after: z.string(), known: z.array(z.string()) }),
]);
export type WrittenProblem = z.infer<typeof WrittenProblem>;

/** The place where people wrote the tasks down. */
export const WrittenPlace = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("sub-issues") }),
  z.object({ kind: z.literal("issue") }),
  z.object({ kind: z.literal("file"), path: z.string() }),
]);
export type WrittenPlace = z.infer<typeof WrittenPlace>;
