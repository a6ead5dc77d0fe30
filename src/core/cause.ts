/**
 * Why something failed, as a value. `messages/explain/cause.ts` makes the sentence. Text that Headgate did not write (an
 * agent's words, a log line, GitHub's message) is quoted in a field of its own and never decides anything, except that the
 * same failure twice is recognised by it (`rules/breaker.ts`).
 */
import { z } from "zod";
import { EnvironmentFault } from "./environment-fault.ts";
import { IgnoredCheck } from "./lane/gate.ts";
import { WrittenPlace, WrittenProblem } from "./plan/written.ts";
import { Violation } from "./promotion/violation.ts";

/** Characters of text from outside that a cause keeps. */
export const MAX_QUOTED = 4_000;

const quoted = z.string().max(20_000);
const Sha = z.string().regex(/^[0-9a-f]{40}$/);

/** Why a run that ended left no result that counts. */
export const NoResult = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("other-workflow"), path: z.string() }),
  /** Somebody ran it again; only the first run attempt counts. */
  z.object({ kind: z.literal("run-again") }),
  z.object({ kind: z.literal("no-artifact") }),
  /** It uploaded a result and did not succeed all the same. */
  z.object({ kind: z.literal("run-failed") }),
  /** It breaks the limits or the format of an artifact, which the agent may have written. */
  z.object({ kind: z.literal("bad-artifact"), text: quoted }),
  z.object({ kind: z.literal("no-result-file") }),
  z.object({ kind: z.literal("not-json") }),
  z.object({ kind: z.literal("not-the-protocol"), text: quoted }),
  z.object({ kind: z.literal("foreign-attempt"), attempt: z.string() }),
  z.object({ kind: z.literal("unknown"), text: quoted }),
]);
export type NoResult = z.infer<typeof NoResult>;

export const Cause = z.discriminatedUnion("kind", [
  /** A sentence that a version before feature schema 6 and lane schema 4 stored. */
  z.object({ kind: z.literal("unknown"), text: quoted }),
  /** An adapter's error, with GitHub's or another service's message. "": it gave none. */
  z.object({ kind: z.literal("outside"), text: quoted }),
  /** The effect was stored by another version of Headgate and cannot be read. */
  z.object({ kind: z.literal("foreign-effect") }),
  /** The process that ran it ended before it did, so many times. */
  z.object({ kind: z.literal("never-ended"), times: z.number().int() }),

  // Attempts
  z.object({ kind: z.literal("agent-said"), text: quoted }),
  z.object({ kind: z.literal("nothing-changed"), said: quoted }),
  z.object({ kind: z.literal("change-refused"), violations: z.array(Violation) }),
  z.object({ kind: z.literal("run-overdue") }),
  z.object({ kind: z.literal("no-runner") }),
  z.object({ kind: z.literal("run-ended"), conclusion: z.string().nullable(), problem: NoResult.nullable() }),
  z.object({ kind: z.literal("artifact-gone") }),
  /** `tip`: where the branch points now; null: it is gone; left out: it moved while ours was being moved. */
  z.object({ kind: z.literal("branch-moved"), branch: z.string(), tip: Sha.nullable().optional() }),
  /** The commit that a pull was to open for exists nowhere any more. */
  z.object({ kind: z.literal("commit-gone"), branch: z.string(), commit: Sha }),
  z.object({ kind: z.literal("revert-unsure"), merge: z.string(), task: z.string() }),

  // The lane
  z.object({ kind: z.literal("conflicts-with-base"), branch: z.string() }),
  z.object({ kind: z.literal("base-keeps-moving"), branch: z.string(), times: z.number().int() }),
  z.object({ kind: z.literal("checks-red"), names: z.array(z.string()), headline: quoted.nullable() }),
  /** The repository's config asks no agent to repair these checks. */
  z.object({ kind: z.literal("checks-for-people"), names: z.array(z.string()) }),
  /** The machine failed and not the work. `text`: what it printed, or the names of the checks that did not run there. */
  z.object({ kind: z.literal("environment"), fault: EnvironmentFault, text: quoted }),
  z.object({ kind: z.literal("logs-unreadable") }),
  z.object({ kind: z.literal("checks-interrupted"), times: z.number().int() }),
  /** `ignored`: what bears such a name and does not count. Left out: nothing. */
  z.object({
    kind: z.literal("checks-missing"),
    names: z.array(z.string()),
    ignored: z.array(IgnoredCheck).max(10).optional(),
  }),
  z.object({ kind: z.literal("checks-slow"), minutes: z.number() }),
  z.object({ kind: z.literal("changes-requested"), by: z.array(z.string()), text: quoted }),
  z.object({ kind: z.literal("pull-closed") }),
  /** A person had it merge into another branch than the lane's. */
  z.object({ kind: z.literal("pull-retargeted"), branch: z.string(), base: z.string(), merged: z.boolean() }),
  z.object({ kind: z.literal("mergeability-unknown") }),
  z.object({ kind: z.literal("merge-refused"), text: quoted }),
  z.object({ kind: z.literal("queue-full"), branch: z.string(), entries: z.number().int() }),

  // Planning
  z.object({ kind: z.literal("model-unreachable"), text: quoted }),
  z.object({ kind: z.literal("model-account-empty"), text: quoted }),
  z.object({ kind: z.literal("model-unavailable"), status: z.number().int(), text: quoted }),
  z.object({ kind: z.literal("model-key-refused"), status: z.number().int(), text: quoted }),
  z.object({ kind: z.literal("model-request-refused"), status: z.number().int(), text: quoted }),
  z.object({ kind: z.literal("model-unpriced"), model: z.string(), known: z.array(z.string()) }),
  z.object({ kind: z.literal("model-too-slow") }),
  z.object({ kind: z.literal("model-declined"), text: quoted.nullable() }),
  z.object({ kind: z.literal("plan-cut-off"), tokens: z.number().int() }),
  z.object({ kind: z.literal("context-outgrown") }),
  z.object({ kind: z.literal("model-stopped"), reason: z.string().nullable() }),
  z.object({ kind: z.literal("answer-not-a-plan") }),
  z.object({ kind: z.literal("no-answer") }),
  /** The issue links a task list that the base branch does not have. */
  z.object({ kind: z.literal("linked-list-missing"), path: z.string(), branch: z.string() }),
  z.object({
    kind: z.literal("written-plan"),
    where: WrittenPlace,
    problems: z.array(WrittenProblem),
    more: z.number(),
  }),
  z.object({ kind: z.literal("plan-unusable"), text: quoted }),
]);
export type Cause = z.infer<typeof Cause>;

/** The cause with its quoted text cut to `limit` characters, for what is kept of many. */
export function shortened(cause: Cause, limit: number): Cause {
  const cut = Object.entries(cause).map(([name, value]) => [
    name,
    typeof value === "string" ? value.slice(0, limit) : value,
  ]);
  return Cause.parse(Object.fromEntries(cut));
}
