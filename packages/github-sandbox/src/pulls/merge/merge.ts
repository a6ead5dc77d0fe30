/**
 * Merges a pull. https://docs.github.com/en/rest/pulls/pulls#merge-a-pull-request
 *
 * Steps of `mergePull`
 * 1. The test merge (`mergeability.ts`) names the pair that is merged: this base, this head, and the tree of both.
 * 2. The rules of the base judge that head (`protection/judge.ts`).
 * 3. The commits are written, on no ref yet.
 * 4. In the repository's queue (`exclusive`): the pull is read again, `pendingMerges` records the merge, and the base moves
 *    from the tested SHA to the new one by compare-and-swap. This is the point of no return.
 * 5. `finishMerge`: the pull is marked as merged, then follow, in this order, the base's `push` with what it does to other
 *    pulls and to issues, `pull_request` `closed` of this pull, the issues that its body closes, and the deletion of the head.
 *
 * Properties
 * - `merge` and `squash` put the tree of the test merge on the base: no content lands that was not merged before.
 * - The base moves from the tested commit or not at all. The head that lands is the head that was judged.
 * - A merge whose base has moved is finished, in this life or by `recover.ts` in the next. One whose base has not moved
 *   leaves nothing but commits on no ref.
 * - Auto-merge, asynchronous merges, GraphQL and REST come through here.
 *
 * Races
 * A. The base moves after step 1: the swap fails with 405 "Base branch was modified". Asynchronous merges try three times.
 * B. The head moves after step 1: 409 "Head branch was modified". Heads move only in the queue, so the check of step 4 holds
 *    until step 5 has ended.
 * C. Two merges of one pull: the second finds it closed in step 4 and gets 405.
 * D. The process ends between the swap and the end of step 5: `recover.ts` runs step 5 again. Announcements may repeat, as
 *    GitHub's webhooks may.
 *
 * Accepted
 * - A review, check or rule that changes between steps 2 and 4 does not stop the merge. To a client it is a merge that came
 *   a moment earlier.
 * - Closing through the issues API does not wait in the queue. A pull that is closed during the swap ends as merged, with
 *   two `closed` webhooks.
 *
 * Not done
 * - Holding the queue from step 1 on would close race A, but every push would wait for test merges.
 * - Judging again in step 4 would need git within the queue (`behind`, owners) and would only narrow the accepted window.
 */

import { ApiError } from "../../access/errors.ts";
import type { ActingScope, RepositoryScope } from "../../context.ts";
import { swapRef } from "../../git/plumbing/stored-refs.ts";
import { closeMentioned } from "../../issues/closing.ts";
import { judgeMerge } from "../../protection/judge.ts";
import { ownersOf } from "../../protection/owners.ts";
import { moveRef, refMoved } from "../../refs/move.ts";
import type { MergeMethod, PendingMerge, Pull } from "../../store/entities.ts";
import { announcePull } from "../announce.ts";
import { retarget } from "../edit.ts";
import { isOpen } from "../facts.ts";
import { markMerged } from "../follow.ts";
import { testMerge } from "../mergeability.ts";
import { sizeOf } from "../sizes.ts";
import { methodRefusal, writeMerge } from "./commits.ts";

export interface MergeOrder {
  method: MergeMethod;
  /** The head to merge. Null: the present one. */
  sha: string | null;
  title: string | null;
  message: string | null;
  /** False applies the base's rules also to people who may bypass them. */
  bypass?: false;
}

const notMergeable = () => new ApiError(405, "Pull Request is not mergeable");
const baseModified = () => new ApiError(405, "Base branch was modified. Review and try the merge again.");
/** True if the merge may be tried again: another move of the base came first. */
export function isBaseModified(error: unknown): boolean {
  return error instanceof ApiError && error.message === baseModified().message;
}

const headModified = () => new ApiError(409, "Head branch was modified. Review and try the merge again.");

/** Merges and returns the commit that the base is at then. @throws ApiError 405 or 409 in GitHub's words. */
export async function mergePull(scope: ActingScope, pull: Pull, order: MergeOrder): Promise<string> {
  const { repository, initiator } = scope;
  if (!isOpen(scope, pull)) throw notMergeable();
  if (pull.draft) throw new ApiError(405, "Pull Request is still a draft");
  const wrongMethod = methodRefusal(repository, order.method);
  if (wrongMethod !== null) throw new ApiError(405, wrongMethod);
  if (order.sha !== null && order.sha !== pull.headSha) throw headModified();
  const tested = await testMerge(scope, pull);
  if (!tested?.mergeability?.testMergeSha) throw notMergeable();
  const { headSha: head, baseSha: base, testMergeSha } = tested.mergeability;
  if (order.sha !== null && order.sha !== head) throw headModified();
  const { behind } = await sizeOf(scope, base, head);
  const { method, title, message } = order;
  const owners = await ownersOf(scope, tested, base);
  const wanted = { pull: tested, headSha: head, behind, owners, method };
  const verdict = judgeMerge(scope, wanted, order.bypass === false ? null : initiator.user);
  if (!verdict.allowed) throw new ApiError(405, verdict.reason);
  const tree = await scope.git.at(repository).objects.find(`${testMergeSha}^{tree}`);
  if (tree === null) throw notMergeable();
  const issue = scope.store.table("issues").get(pull.id);
  if (issue === undefined) throw notMergeable();
  const planned = { pull, issue, base, head, tree: tree.sha, method, title, message, user: initiator.user };
  const newBase = await writeMerge(scope, planned);
  if (newBase === null) throw new ApiError(405, "This branch can't be rebased");
  return scope.git.exclusive(repository, async () => {
    const now = scope.store.table("pulls").get(pull.id);
    if (now === undefined || !isOpen(scope, now)) throw notMergeable();
    if (now.headSha !== head) throw headModified();
    const pending = {
      id: pull.id,
      baseRef: now.baseRef,
      oldBaseSha: base,
      newBaseSha: newBase,
      userId: initiator.user.id,
    };
    await moveBase(scope, pending);
    await finishMerge(scope, pending);
    return newBase;
  });
}

/** Passes the point of no return: after the swap, a killed process finishes the merge at its next start (`recover.ts`). */
async function moveBase(scope: RepositoryScope, pending: PendingMerge): Promise<void> {
  scope.store.table("pendingMerges").put(pending);
  const { baseRef, oldBaseSha, newBaseSha } = pending;
  const swapped = await swapRef(scope.git.at(scope.repository), `refs/heads/${baseRef}`, oldBaseSha, newBaseSha);
  if (swapped === "moved") return;
  scope.store.table("pendingMerges").remove(pending.id);
  throw baseModified();
}

/** Does what follows once the base has moved. Doing it again after a crash repeats announcements, nothing else. */
export async function finishMerge(scope: ActingScope, pending: PendingMerge): Promise<void> {
  const { repository } = scope;
  const { id, baseRef, oldBaseSha: before, newBaseSha: after } = pending;
  const stored = scope.store.table("pulls").get(id);
  if (stored === undefined) return;
  const pull = stored.merged ? stored : markMerged(scope, stored, after);
  await refMoved(scope, { ref: `refs/heads/${baseRef}`, before, after, forced: false });
  await announcePull(scope, pull, { action: "closed" });
  if (baseRef === repository.defaultBranch) {
    // The issues that the commits' messages close are closed already: the commits reached the default branch (`refMoved`).
    closeMentioned(scope, [scope.store.table("issues").get(id)?.body ?? ""]);
  }
  if (repository.deleteBranchOnMerge) await deleteHead(scope, pull);
  scope.store.table("pendingMerges").remove(id);
}

/** Deletes the head. Retargets pulls into it to the merged pull's base first, as GitHub does when it deletes a branch itself. */
async function deleteHead(scope: ActingScope, pull: Pull): Promise<void> {
  const { repository } = scope;
  const { headRef, headSha, baseRef } = pull;
  if (headRef === repository.defaultBranch) return;
  const stacked = scope.store
    .table("pulls")
    .filter((each) => each.repositoryId === repository.id && each.baseRef === headRef && isOpen(scope, each));
  for (const each of stacked) {
    // A pull that cannot be retargeted is closed with its base.
    await retarget(scope, each, baseRef).catch((error: unknown) => {
      if (!(error instanceof ApiError)) throw error;
    });
  }
  await moveRef(scope, { ref: `refs/heads/${headRef}`, from: headSha, to: null, force: false });
}
