/** Brings a pull's head up to date. https://docs.github.com/en/rest/pulls/pulls#update-a-pull-request-branch */

import { ApiError } from "../../access/errors.ts";
import type { ActingScope } from "../../context.ts";
import { githubSignature, signatureOf } from "../../git/identity.ts";
import { mergeTrees } from "../../git/plumbing/merging.ts";
import { writeCommit } from "../../git/plumbing/objects.ts";
import { readRef } from "../../git/plumbing/stored-refs.ts";
import { moveRef, objectionsTo } from "../../refs/move.ts";
import { mustHaveMoved } from "../../refs/refusal.ts";
import type { Pull } from "../../store/entities.ts";
import { inBackground } from "../background.ts";
import { isOpen } from "../facts.ts";
import { sizeOf } from "../sizes.ts";

/** Merges the base into the head after the response was sent. @throws ApiError 422 if it cannot or need not be done. */
export async function updateBranch(scope: ActingScope, pull: Pull, expectedHead: string | null): Promise<void> {
  const { repository } = scope;
  if (expectedHead !== null && expectedHead !== pull.headSha) {
    throw new ApiError(422, "expected head sha didn’t match current head ref.");
  }
  const git = scope.git.at(repository);
  const base = await readRef(git, `refs/heads/${pull.baseRef}`);
  if (base === null || !isOpen(scope, pull)) throw new ApiError(422, "Pull request is closed or its base is gone.");
  const { behind } = await sizeOf(scope, base, pull.headSha);
  if (behind === 0) throw new ApiError(422, "There are no new commits on the base branch.");
  const merged = await mergeTrees(git, pull.headSha, base);
  if (!("tree" in merged)) throw new ApiError(422, "merge conflict between base and head");
  const to = await mergeBaseIn(scope, pull, base, merged.tree);
  const move = { ref: `refs/heads/${pull.headRef}`, from: pull.headSha, to, force: false };
  const objections = await objectionsTo(scope, { ...move, before: move.from, after: to, forward: true });
  if (objections.length > 0) mustHaveMoved({ moved: false, why: "protected", objections });
  inBackground(
    scope,
    scope.git.exclusive(repository, () => moveRef(scope, move)),
  );
}

/** Writes the commit that brings the base in, on no branch yet. */
async function mergeBaseIn(scope: ActingScope, pull: Pull, base: string, tree: string): Promise<string> {
  const now = scope.store.now();
  return writeCommit(scope.git.at(scope.repository), {
    tree,
    parents: [pull.headSha, base],
    message: `Merge branch '${pull.baseRef}' into ${pull.headRef}`,
    author: signatureOf(scope.initiator.user, now),
    committer: githubSignature(now),
  });
}
