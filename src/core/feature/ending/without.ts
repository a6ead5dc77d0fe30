/** Why a task ended without a merge of its own, as a value. `messages/explain/without.ts` makes the sentence. */
import { z } from "zod";

export const Without = z.discriminatedUnion("why", [
  /** Research changes no file. */
  z.object({ why: z.literal("research") }),
  /** No task of a plan that lands together had anything to merge. */
  z.object({ why: z.literal("nothing-landed") }),
  /** Its agent found nothing to change. `said`: its words. */
  z.object({ why: z.literal("nothing-to-do"), said: z.string() }),
  /** A person did it otherwise. `said`: the words of an agent that had found nothing to change; "": there was none. */
  z.object({ why: z.literal("done-otherwise"), by: z.string(), said: z.string() }),
  z.object({ why: z.literal("skipped"), by: z.string() }),
  z.object({ why: z.literal("sub-issue-closed"), by: z.string(), issue: z.number() }),
]);
export type Without = z.infer<typeof Without>;

/** Returns true where nobody did the task's work: what depends on it goes on without it. */
export function isLeftOut(without: Without | null): boolean {
  return without?.why === "skipped" || without?.why === "sub-issue-closed";
}
