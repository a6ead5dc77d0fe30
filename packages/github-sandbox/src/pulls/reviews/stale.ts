/**
 * Finds approvals that a push makes stale. GitHub keeps the diff that was approved and dismisses the approval when it changes:
 * https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-protected-branches/about-protected-branches#require-pull-request-reviews-before-merging
 */

import type { ActingScope } from "../../context.ts";
import type { GitDir } from "../../git/plumbing/dir.ts";
import { mergeBase } from "../../git/plumbing/history.ts";
import { dismissesStale } from "../../protection/reviews.ts";
import { latestVerdicts } from "../../protection/standing.ts";
import type { Pull, Review } from "../../store/entities.ts";
import { dismiss } from "./review.ts";

/** Returns a function that dismisses the approvals that the pull's new head made stale. */
export async function staleApprovals(scope: ActingScope, pull: Pull): Promise<() => void> {
  if (!dismissesStale(scope, pull.baseRef)) return () => {};
  const stale: Review[] = [];
  const git = scope.git.at(scope.repository);
  for (const review of latestVerdicts(scope.store, pull)) {
    if (review.state !== "APPROVED" || review.commitId === pull.headSha) continue;
    const [approved, now] = await Promise.all([
      changeId(git, pull.baseSha, review.commitId),
      changeId(git, pull.baseSha, pull.headSha),
    ]);
    if (approved !== now) stale.push(review);
  }
  return () => {
    for (const review of stale) dismiss(scope, pull, review);
  };
}

/** Returns the same id for two heads with the same changes against the base, wherever in the files they are. */
async function changeId(git: GitDir, base: string, head: string): Promise<string> {
  const from = (await mergeBase(git, base, head)) ?? base;
  const { stdout } = await git.run(["diff-tree", "-r", "-p", "--no-ext-diff", "--no-textconv", "--binary", from, head]);
  const [id = ""] = (await git.text(["patch-id", "--stable"], { input: stdout })).split(" ");
  return id;
}
