/** Merging a pull. https://docs.github.com/en/rest/pulls/pulls#merge-a-pull-request */

import { ApiError } from "../../access/errors.ts";
import type { Initiator } from "../../access/initiator.ts";
import type { SandboxContext } from "../../context.ts";
import { swapRef } from "../../git/plumbing/stored-refs.ts";
import { closeMentioned } from "../../issues/closing.ts";
import { judgeMerge } from "../../protection/judge.ts";
import { ownersOf } from "../../protection/owners.ts";
import { moveRef, refMoved } from "../../refs/move.ts";
import type { MergeMethod, PendingMerge, Pull, Repository } from "../../store/entities.ts";
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
export async function mergePull(
  context: SandboxContext,
  repository: Repository,
  pull: Pull,
  order: MergeOrder,
  initiator: Initiator,
): Promise<string> {
  if (!isOpen(context, pull)) throw notMergeable();
  if (pull.draft) throw new ApiError(405, "Pull Request is still a draft");
  const wrongMethod = methodRefusal(repository, order.method);
  if (wrongMethod !== null) throw new ApiError(405, wrongMethod);
  if (order.sha !== null && order.sha !== pull.headSha) throw headModified();
  const tested = await testMerge(context, repository, pull);
  if (!tested?.mergeability?.testMergeSha) throw notMergeable();
  const { headSha: head, baseSha: base, testMergeSha } = tested.mergeability;
  if (order.sha !== null && order.sha !== head) throw headModified();
  const { behind } = await sizeOf(context, repository, base, head);
  const { method, title, message } = order;
  const owners = await ownersOf(context, repository, tested, base);
  const wanted = { pull: tested, headSha: head, behind, owners, method };
  const verdict = judgeMerge(context.store, repository, wanted, order.bypass === false ? null : initiator.user);
  if (!verdict.allowed) throw new ApiError(405, verdict.reason);
  const tree = await context.git.at(repository).text(["rev-parse", `${testMergeSha}^{tree}`]);
  const issue = context.store.table("issues").get(pull.id);
  if (issue === undefined) throw notMergeable();
  const planned = { pull, issue, base, head, tree, method, title, message, user: initiator.user };
  const newBase = await writeMerge(context, repository, planned);
  if (newBase === null) throw new ApiError(405, "This branch can't be rebased");
  return context.git.exclusive(repository, async () => {
    const now = context.store.table("pulls").get(pull.id);
    if (now === undefined || !isOpen(context, now)) throw notMergeable();
    if (now.headSha !== head) throw headModified();
    const pending = {
      id: pull.id,
      baseRef: now.baseRef,
      oldBaseSha: base,
      newBaseSha: newBase,
      userId: initiator.user.id,
    };
    await moveBase(context, repository, pending);
    await finishMerge(context, repository, pending, initiator);
    return newBase;
  });
}

/** The point of no return: from here on a killed process finishes the merge at its next start (`recover.ts`). */
async function moveBase(context: SandboxContext, repository: Repository, pending: PendingMerge): Promise<void> {
  context.store.table("pendingMerges").put(pending);
  const { baseRef, oldBaseSha, newBaseSha } = pending;
  const swapped = await swapRef(context.git.at(repository), `refs/heads/${baseRef}`, oldBaseSha, newBaseSha);
  if (swapped === "moved") return;
  context.store.table("pendingMerges").remove(pending.id);
  throw baseModified();
}

/** All that follows once the base has moved. Doing it again after a crash repeats announcements, nothing else. */
export async function finishMerge(
  context: SandboxContext,
  repository: Repository,
  pending: PendingMerge,
  initiator: Initiator,
): Promise<void> {
  const { id, baseRef, oldBaseSha: before, newBaseSha: after } = pending;
  const stored = context.store.table("pulls").get(id);
  if (stored === undefined) return;
  const pull = stored.merged ? stored : markMerged(context, stored, after, initiator);
  await refMoved(context, repository, { ref: `refs/heads/${baseRef}`, before, after, forced: false }, initiator);
  await announcePull(context, repository, pull, { action: "closed" }, initiator);
  if (baseRef === repository.defaultBranch) {
    // What the commits' messages close is closed already: they reached the default branch (`refMoved`).
    closeMentioned(context, repository, [context.store.table("issues").get(id)?.body ?? ""], initiator);
  }
  if (repository.deleteBranchOnMerge) await deleteHead(context, repository, pull, initiator);
  context.store.table("pendingMerges").remove(id);
}

/** Pulls into the branch go into the merged pull's base from now on, as GitHub does when it deletes a branch itself. */
async function deleteHead(
  context: SandboxContext,
  repository: Repository,
  pull: Pull,
  initiator: Initiator,
): Promise<void> {
  const { headRef, headSha, baseRef } = pull;
  if (headRef === repository.defaultBranch) return;
  const stacked = context.store
    .table("pulls")
    .filter((each) => each.repositoryId === repository.id && each.baseRef === headRef && isOpen(context, each));
  for (const each of stacked) {
    // One that cannot go there is closed with its base.
    await retarget(context, repository, each, baseRef, initiator).catch((error: unknown) => {
      if (!(error instanceof ApiError)) throw error;
    });
  }
  await moveRef(
    context,
    repository,
    { ref: `refs/heads/${headRef}`, from: headSha, to: null, force: false },
    initiator,
  );
}
