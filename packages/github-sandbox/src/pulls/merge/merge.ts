/** Merging a pull. https://docs.github.com/en/rest/pulls/pulls#merge-a-pull-request */

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
  /** The head this order was given for. */
  sha: string | null;
  title: string | null;
  message: string | null;
  /** false: applies the base's rules also to people who may bypass them. */
  bypass?: false;
}

const notMergeable = () => new ApiError(405, "Pull Request is not mergeable");
const baseModified = () => new ApiError(405, "Base branch was modified. Review and try the merge again.");
/** The merge may be tried again: another one came first. */
export function isBaseModified(error: unknown): boolean {
  return error instanceof ApiError && error.message === baseModified().message;
}

const headModified = () => new ApiError(409, "Head branch was modified. Review and try the merge again.");

/** Merges and returns the commit the base is at then. @throws ApiError 405 or 409 in GitHub's words. */
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
  const tree = await scope.git.at(repository).text(["rev-parse", `${testMergeSha}^{tree}`]);
  const issue = scope.store.table("issues").get(pull.id);
  if (issue === undefined) throw notMergeable();
  const planned = { pull, issue, base, head, tree, method, title, message, user: initiator.user };
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

/** The point of no return: from here on a killed process finishes the merge at its next start (`recover.ts`). */
async function moveBase(scope: RepositoryScope, pending: PendingMerge): Promise<void> {
  scope.store.table("pendingMerges").put(pending);
  const { baseRef, oldBaseSha, newBaseSha } = pending;
  const swapped = await swapRef(scope.git.at(scope.repository), `refs/heads/${baseRef}`, oldBaseSha, newBaseSha);
  if (swapped === "moved") return;
  scope.store.table("pendingMerges").remove(pending.id);
  throw baseModified();
}

/** All that follows once the base has moved. Doing it again after a crash repeats announcements, nothing else. */
export async function finishMerge(scope: ActingScope, pending: PendingMerge): Promise<void> {
  const { repository } = scope;
  const { id, baseRef, oldBaseSha: before, newBaseSha: after } = pending;
  const stored = scope.store.table("pulls").get(id);
  if (stored === undefined) return;
  const pull = stored.merged ? stored : markMerged(scope, stored, after);
  await refMoved(scope, { ref: `refs/heads/${baseRef}`, before, after, forced: false });
  await announcePull(scope, pull, { action: "closed" });
  if (baseRef === repository.defaultBranch) {
    // What the commits' messages close is closed already: they reached the default branch (`refMoved`).
    closeMentioned(scope, [scope.store.table("issues").get(id)?.body ?? ""]);
  }
  if (repository.deleteBranchOnMerge) await deleteHead(scope, pull);
  scope.store.table("pendingMerges").remove(id);
}

/** Pulls into the branch go into the merged pull's base from now on, as GitHub does when it deletes a branch itself. */
async function deleteHead(scope: ActingScope, pull: Pull): Promise<void> {
  const { repository } = scope;
  const { headRef, headSha, baseRef } = pull;
  if (headRef === repository.defaultBranch) return;
  const stacked = scope.store
    .table("pulls")
    .filter((each) => each.repositoryId === repository.id && each.baseRef === headRef && isOpen(scope, each));
  for (const each of stacked) {
    // One that cannot go there is closed with its base.
    await retarget(scope, each, baseRef).catch((error: unknown) => {
      if (!(error instanceof ApiError)) throw error;
    });
  }
  await moveRef(scope, { ref: `refs/heads/${headRef}`, from: headSha, to: null, force: false });
}
