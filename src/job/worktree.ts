/** Prepares the checkout that an attempt starts from, and checks it for leftovers of a merge. */
import type { Brief } from "../core/attempt.ts";
import type { Change } from "./change.ts";
import { type Git, GitFailed } from "./git.ts";
import { CannotRun } from "./inputs.ts";

/**
 * Checks that the checkout is at the brief's commit. Starts the merge of a resolve attempt and leaves it unfinished.
 * Returns the conflicting paths.
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
    // 1: git stopped at conflicts, which the attempt is to resolve. Any other code: git could not start the merge.
    if (!(error instanceof GitFailed) || error.exitCode !== 1) throw error;
  }
  const conflicts = await git(["diff", "--name-only", "--diff-filter=U", "-z"]);
  return conflicts.toString("utf8").split("\0").filter(Boolean);
}

/** Returns the formerly conflicting paths that still contain git's conflict markers. */
export function unresolvedPaths(conflicts: readonly string[], change: Change): string[] {
  return conflicts.filter((path) => {
    const file = change.manifest.find((entry) => entry.path === path);
    if (file?.change !== "write") return false;
    const text = change.contents.get(file.sha256)?.toString("latin1") ?? "";
    return /^<{7} /m.test(text) && /^>{7} /m.test(text);
  });
}
