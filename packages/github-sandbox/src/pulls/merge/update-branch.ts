/** Bringing a pull's head up to date. https://docs.github.com/en/rest/pulls/pulls#update-a-pull-request-branch */

import { ApiError } from "../../access/errors.ts";
import type { Initiator } from "../../access/initiator.ts";
import type { SandboxContext } from "../../context.ts";
import { githubSignature, signatureOf } from "../../git/identity.ts";
import { mergeTrees } from "../../git/plumbing/merging.ts";
import { writeCommit } from "../../git/plumbing/objects.ts";
import { readRef } from "../../git/plumbing/stored-refs.ts";
import { moveRef, objectionsTo } from "../../refs/move.ts";
import { mustHaveMoved } from "../../refs/refusal.ts";
import type { Pull, Repository } from "../../store/entities.ts";
import { inBackground } from "../background.ts";
import { isOpen } from "../facts.ts";
import { sizeOf } from "../sizes.ts";

/** Merges the base into the head after the answer has gone out. @throws ApiError 422 when there is no way or no need. */
export async function updateBranch(
  context: SandboxContext,
  repository: Repository,
  pull: Pull,
  expectedHead: string | null,
  initiator: Initiator,
): Promise<void> {
  if (expectedHead !== null && expectedHead !== pull.headSha) {
    throw new ApiError(422, "expected head sha didn’t match current head ref.");
  }
  const git = context.git.at(repository);
  const base = await readRef(git, `refs/heads/${pull.baseRef}`);
  if (base === null || !isOpen(context, pull)) throw new ApiError(422, "Pull request is closed or its base is gone.");
  const { behind } = await sizeOf(context, repository, base, pull.headSha);
  if (behind === 0) throw new ApiError(422, "There are no new commits on the base branch.");
  const merged = await mergeTrees(git, pull.headSha, base);
  if (!("tree" in merged)) throw new ApiError(422, "merge conflict between base and head");
  const to = await mergeBaseIn(context, repository, pull, base, merged.tree, initiator);
  const move = { ref: `refs/heads/${pull.headRef}`, from: pull.headSha, to, force: false };
  const objections = await objectionsTo(
    context,
    repository,
    { ...move, before: move.from, after: to, forward: true },
    initiator,
  );
  if (objections.length > 0) mustHaveMoved({ moved: false, why: "protected", objections });
  inBackground(
    context,
    context.git.exclusive(repository, () => moveRef(context, repository, move, initiator)),
  );
}

/** The commit that brings the base in, on no branch yet. */

async function mergeBaseIn(
  context: SandboxContext,
  repository: Repository,
  pull: Pull,
  base: string,
  tree: string,
  initiator: Initiator,
): Promise<string> {
  const now = context.store.now();
  return writeCommit(context.git.at(repository), {
    tree,
    parents: [pull.headSha, base],
    message: `Merge branch '${pull.baseRef}' into ${pull.headRef}`,
    author: signatureOf(initiator.user, now),
    committer: githubSignature(now),
  });
}
