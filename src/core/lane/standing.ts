/**
 * Says why an entry of a lane is not merging, and why a whole lane is halted, as values. The feature keeps the last one it was
 * sent. `messages/explain/standing.ts` turns them into words.
 */
import { z } from "zod";
import { Requirement } from "../github.ts";
import { type GuardedChange, GuardKind } from "../promotion/guarded.ts";
import { CheckVerdict, IgnoredCheck, MAX_IGNORED } from "./gate.ts";

/** The party that must act before an entry continues. */
export const Actor = z.enum(["headgate", "github", "person"]);
export type Actor = z.infer<typeof Actor>;

/** Paths that a standing names. More would be sent again whenever one of them changes. */
const MAX_PATHS = 3;

export const Halt = z.discriminatedUnion("kind", [
  /** A pull was merged, but the tree of the branch after it is not the tree whose checks passed. */
  z.object({ kind: z.literal("landed-tree-differs"), pull: z.number(), mergeSha: z.string(), branch: z.string() }),
  /** A sentence that an older version stored. */
  z.object({ kind: z.literal("unknown"), text: z.string() }),
]);
export type Halt = z.infer<typeof Halt>;

export const Standing = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("merging") }),
  z.object({ kind: z.literal("queue-halted"), halt: Halt }),
  z.object({ kind: z.literal("held") }),
  /** GitHub has not been asked about the pull yet. */
  z.object({ kind: z.literal("joined") }),
  z.object({ kind: z.literal("draft") }),
  /** A label of the pull holds it back. */
  z.object({ kind: z.literal("label"), label: z.string() }),
  z.object({ kind: z.literal("changes-requested"), by: z.string(), ofEarlierHead: z.boolean() }),
  z.object({ kind: z.literal("updating"), branch: z.string() }),
  z.object({ kind: z.literal("reading-failure") }),
  /** `morePaths`: how many conflicting paths are left out. */
  z.object({
    kind: z.literal("conflicts-ahead"),
    pull: z.number(),
    paths: z.array(z.string()).max(MAX_PATHS),
    morePaths: z.number(),
  }),
  /** The first required check that does not pass. */
  z.object({
    kind: z.literal("check"),
    name: z.string(),
    verdict: CheckVerdict.exclude(["pass"]),
    /** Checks that bear its name and do not count. Left out: none. */
    ignored: z.array(IgnoredCheck).max(MAX_IGNORED).optional(),
  }),
  /** The head's `.github` is not the base's, so its jobs judge nothing. `behind`: an update with the base may end that. */
  z.object({ kind: z.literal("workflows-differ"), branch: z.string(), behind: z.boolean() }),
  /** The check fails on the head because it fails on the base, since `sha`. */
  z.object({ kind: z.literal("base-red"), check: z.string(), branch: z.string(), sha: z.string() }),
  /**
   * A person has to approve these changes. `number`: the lane's for them; a command approves them under it. `moreFiles`: how many
   * are left out.
   */
  z.object({
    kind: z.literal("approval"),
    number: z.number().int(),
    files: z.array(z.object({ path: z.string(), kind: GuardKind })).max(MAX_PATHS),
    moreFiles: z.number().int(),
  }),
  z.object({ kind: z.literal("ready-for-person") }),
  /** GitHub refuses to merge it. `requires` null: it cannot be told what it requires; `text`: in its words. */
  z.object({ kind: z.literal("merge-refused"), requires: Requirement.nullable(), text: z.string() }),
  z.object({ kind: z.literal("mergeability-unknown") }),
  z.object({ kind: z.literal("behind"), pull: z.number() }),
  z.object({ kind: z.literal("next") }),
  /** A sentence that an older version stored, and its actor. The lane replaces it at its next event. */
  z.object({ kind: z.literal("unknown"), text: z.string(), actor: Actor }),
]);
export type Standing = z.infer<typeof Standing>;

export function conflictsAhead(pull: number, paths: readonly string[]): Standing {
  const shown = paths.slice(0, MAX_PATHS);
  return { kind: "conflicts-ahead", pull, paths: shown, morePaths: paths.length - shown.length };
}

export function awaitsApproval(number: number, waiting: readonly GuardedChange[]): Standing {
  // Names the files that it can before the one that stands for all further ones.
  const named = waiting.filter(({ kind }) => kind !== "more").slice(0, MAX_PATHS);
  const files = named.map(({ path, kind }) => ({ path, kind }));
  return { kind: "approval", number, files, moreFiles: waiting.length - files.length };
}

export function actorOf(standing: Standing): Actor {
  switch (standing.kind) {
    case "queue-halted":
    case "held":
    case "draft":
    case "label":
    case "changes-requested":
    case "ready-for-person":
    case "approval":
    case "base-red":
      return "person";
    case "merge-refused":
      return standing.requires?.of === "check" ? "github" : "person";
    case "workflows-differ":
      return standing.behind ? "headgate" : "person";
    case "merging":
    case "joined":
    case "updating":
    case "check":
    case "mergeability-unknown":
      return "github";
    case "reading-failure":
    case "conflicts-ahead":
    case "behind":
    case "next":
      return "headgate";
    case "unknown":
      return standing.actor;
  }
}

/** Compares by value. A lane sends a standing to the feature only when it differs from the last one sent. */
export function isSameStanding(left: Standing | null, right: Standing | null): boolean {
  return isSameValue(left, right);
}

export function isSameList(left: readonly string[], right: readonly string[]): boolean {
  return isSameValue(left, right);
}

function isSameValue(left: unknown, right: unknown): boolean {
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) return left === right;
  const fields = Object.entries(left);
  return (
    fields.length === Object.keys(right).length &&
    fields.every(([name, value]) => isSameValue(value, (right as Record<string, unknown>)[name]))
  );
}
