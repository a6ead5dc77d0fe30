/**
 * The form in which each effect is defined, once: what it carries, what makes two of them the same, and which may not run
 * at the same time.
 */
import { z } from "zod";
import { Repo } from "../github.ts";
import { TaskId } from "../plan.ts";

export const Sha = z.string().regex(/^[0-9a-f]{40}$/);
export const PullNumber = z.number().int().positive();
export const ofRepo = { repo: Repo };
export const attemptOf = { task: TaskId, attempt: z.number().int().positive() };

/** Limits an effect that comes in bursts to one run in so many milliseconds. */
export interface Pace {
  /** The status comment is edited once. */
  statusEveryMs: number;
  /** A pull is observed once: one change on GitHub sends several webhooks. */
  observeEveryMs: number;
}

/** Methods, not function properties: TypeScript then lets a caller pass any effect to the definition of its type. */
interface Identity<Of> {
  /** The parts of the natural key after the type. Two effects of an aggregate with the same key are the same effect. */
  key(effect: Of): (string | number)[];
  /** Effects of a repository with the same ordering run one at a time, in order: a cancel never overtakes its dispatch. */
  ordering(effect: Of): string;
}

type Repetition =
  /** Asked for again, it does not run again. */
  | { coalesces: false; window: null }
  /** Asked for again, it runs again, once, as last asked for. What it reads or shows may have changed since. */
  | { coalesces: true; window: keyof Pace | null };

export type Definition<Of> = { schema: z.ZodType<Of> } & Identity<Of> & Repetition;

/** Infers the effect from its schema, so that key and ordering can name its fields. */
export function define<Schema extends z.ZodType>(
  schema: Schema,
  rest: Identity<z.infer<Schema>> & Repetition,
): { schema: Schema } & Identity<z.infer<Schema>> & Repetition {
  return { schema, ...rest };
}
