/** The state of the checkout that an attempt starts from, and what must not be left in it. */
import type { Brief } from "../core/attempt.ts";
import type { Change } from "./change.ts";
import { type Git, GitFailed } from "./git.ts";
import { CannotRun } from "./inputs.ts";

/**
 * Checks that the checkout is the brief's commit and, for a resolve attempt, starts the merge and leaves it unfinished.
 * Returns the paths in conflict.
 */
export async function prepareWorktree(git: Git, brief: Brief): Promise<string[]> {
  const head = await git(["rev-parse", "HEAD"]);
  if (head.toString("utf8").trim() !== brief.checkout) {
    throw new CannotRun(`the checkout is at ${head.toString("utf8").trim()}, not at the brief's ${brief.checkout}`);
  }
  if (brief.merge === null) return [];
  try {
    await git(["merge", "--no-commit", "--no-ff", brief.merge]);
  } catch (error) {
    // 1: stopped at conflicts, which is what the attempt is for. Anything else: no merge could be started.
    if (!(error instanceof GitFailed) || error.exitCode !== 1) throw error;
  }
  const conflicts = await git(["diff", "--name-only", "--diff-filter=U", "-z"]);
  return conflicts.toString("utf8").split("\0").filter(Boolean);
}

/** Of the paths that were in conflict, those that still hold git's markers. */
export function unresolvedPaths(conflicts: readonly string[], change: Change): string[] {
  return conflicts.filter((path) => {
    const file = change.manifest.find((entry) => entry.path === path);
    if (file?.change !== "write") return false;
    const text = change.contents.get(file.sha256)?.toString("latin1") ?? "";
    return /^<{7} /m.test(text) && /^>{7} /m.test(text);
  });
}
