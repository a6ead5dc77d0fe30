/** Retargets, closes and reopens pulls. */

import { unprocessable } from "../access/errors.ts";
import type { ActingScope, SandboxContext } from "../context.ts";
import { isAncestor } from "../git/plumbing/history.ts";
import { readRef, setOwnRef } from "../git/plumbing/stored-refs.ts";
import { recordEvent } from "../issues/record-event.ts";
import type { Pull } from "../store/entities.ts";
import { announceHead, announcePull } from "./announce.ts";
import { isOpen } from "./facts.ts";
import { closed, touchIssue } from "./follow.ts";

/** Points the pull at another base. Call it inside `context.git.exclusive`. @throws ApiError 422 if it cannot go there. */
export async function retarget(scope: ActingScope, pull: Pull, baseRef: string): Promise<void> {
  if (baseRef === pull.baseRef) return;
  const git = scope.git.at(scope.repository);
  const baseSha = await readRef(git, `refs/heads/${baseRef}`);
  if (baseSha === null) throw unprocessable("PullRequest", [{ field: "base", code: "invalid" }]);
  if (await isAncestor(git, pull.headSha, baseSha)) {
    const message = `There are no new commits between base branch '${baseRef}' and head branch '${pull.headRef}'`;
    throw unprocessable("PullRequest", [{ field: "base", code: "invalid", message }]);
  }
  const taken = twin(scope, { ...pull, baseRef });
  if (taken) {
    const message = `A pull request already exists for base branch '${baseRef}' and head branch '${pull.headRef}'`;
    throw unprocessable("PullRequest", [{ field: "base", code: "invalid", message }]);
  }
  const stored = scope.store.table("pulls").get(pull.id) ?? pull;
  const changed = { ...stored, baseRef, baseSha, mergeability: null, mergeSha: null };
  scope.store.transaction(() => {
    scope.store.table("pulls").put(changed);
    touchIssue(scope, pull, {});
  });
  const changes = { base: { ref: { from: pull.baseRef }, sha: { from: pull.baseSha } } };
  await announcePull(scope, changed, { action: "edited", changes });
}

export async function closePull(scope: ActingScope, pull: Pull): Promise<void> {
  await announcePull(scope, closed(scope, pull), { action: "closed" });
}

/** Reopens the pull. Call it inside `context.git.exclusive`. @throws ApiError 422 if it is merged or a branch is gone. */
export async function reopenPull(scope: ActingScope, pull: Pull): Promise<void> {
  const { repository } = scope;
  const git = scope.git.at(repository);
  const [headSha, baseSha] = await Promise.all([
    readRef(git, `refs/heads/${pull.headRef}`),
    readRef(git, `refs/heads/${pull.baseRef}`),
  ]);
  if (pull.merged) throw refusedReopen("The pull request cannot be reopened.");
  if (headSha === null) throw refusedReopen(`The ${pull.headRef} branch has been deleted.`);
  if (baseSha === null) throw refusedReopen(`The ${pull.baseRef} branch has been deleted.`);
  if (twin(scope, pull)) throw refusedReopen(`A pull request already exists for ${repository.owner}:${pull.headRef}.`);
  // A `synchronize` of the reopened pull could not show the commits that are gone: https://github.com/isaacs/github/issues/361
  if (!(await isAncestor(git, pull.headSha, headSha))) {
    throw refusedReopen(`The ${pull.headRef} branch was force-pushed or recreated.`);
  }
  if (await isAncestor(git, headSha, baseSha)) {
    const ends = `base branch '${pull.baseRef}' and head branch '${pull.headRef}'`;
    throw refusedReopen(`There are no new commits between ${ends}`);
  }
  await setOwnRef(git, `refs/pull/${pull.number}/head`, headSha);
  const stored = scope.store.table("pulls").get(pull.id) ?? pull;
  const reopened = { ...stored, headSha, baseSha, mergeability: null, mergeSha: null };
  scope.store.transaction(() => {
    scope.store.table("pulls").put(reopened);
    touchIssue(scope, pull, { state: "open", closedAt: null, closedById: null });
    const issue = scope.store.table("issues").get(pull.id);
    if (issue !== undefined) recordEvent(scope, issue, "reopened", scope.initiator.user.id);
  });
  await announceHead(scope, reopened, "reopened");
}

function refusedReopen(message: string) {
  return unprocessable("PullRequest", [
    { field: "state", code: "invalid", message: `state cannot be changed. ${message}` },
  ]);
}

/** True if another pull of the same two branches is open. GitHub allows one. */
function twin(context: SandboxContext, { id, repositoryId, headRef, baseRef }: Pull): boolean {
  const same = (each: Pull) =>
    each.id !== id && each.repositoryId === repositoryId && each.headRef === headRef && each.baseRef === baseRef;
  return context.store.table("pulls").find((each) => same(each) && isOpen(context, each)) !== undefined;
}
