/** Opens pulls. https://docs.github.com/en/rest/pulls/pulls#create-a-pull-request */

import { unprocessable } from "../access/errors.ts";
import type { ActingScope, RepositoryScope } from "../context.ts";
import { distance, mergeBase } from "../git/plumbing/history.ts";
import { readRef, setOwnRef } from "../git/plumbing/stored-refs.ts";
import type { Pull } from "../store/entities.ts";
import { takeNumber } from "../store/numbers.ts";
import { announceHead } from "./announce.ts";
import { isOpen } from "./facts.ts";

export interface NewPull {
  title: string;
  body: string | null;
  /** `branch` or `owner:branch`. */
  head: string;
  base: string;
  draft: boolean;
}

function custom(message: string) {
  return unprocessable("PullRequest", [{ code: "custom", message }]);
}

/** Opens a pull. Call it inside `context.git.exclusive`. @throws ApiError 422 in GitHub's words. */
export async function openPull(scope: ActingScope, given: NewPull): Promise<Pull> {
  const { repository } = scope;
  const { headRef, headSha, baseSha } = await bothEnds(scope, given);
  const same = (pull: Pull) =>
    pull.repositoryId === repository.id &&
    pull.headRef === headRef &&
    pull.baseRef === given.base &&
    isOpen(scope, pull);
  if (scope.store.table("pulls").find(same) !== undefined) {
    throw custom(`A pull request already exists for ${repository.owner}:${headRef}.`);
  }
  const pull = insertPull(scope, { ...given, headRef, headSha, baseSha });
  await setOwnRef(scope.git.at(repository), `refs/pull/${pull.number}/head`, headSha);
  await announceHead(scope, pull, "opened");
  return pull;
}

async function bothEnds(scope: RepositoryScope, { head, base }: NewPull) {
  const { repository } = scope;
  const git = scope.git.at(repository);
  const [, owner, headRef = ""] = /^(?:([^:]*):)?(.*)$/.exec(head) ?? [];
  const foreign = owner !== undefined && owner.toLowerCase() !== repository.owner.toLowerCase();
  const headSha = foreign ? null : await readRef(git, `refs/heads/${headRef}`);
  const baseSha = await readRef(git, `refs/heads/${base}`);
  const errors = [
    ...(headSha === null ? [{ field: "head", code: "invalid" }] : []),
    ...(baseSha === null ? [{ field: "base", code: "invalid" }] : []),
  ];
  if (headSha === null || baseSha === null) throw unprocessable("PullRequest", errors);
  if ((await mergeBase(git, baseSha, headSha)) === null) {
    throw custom(`The ${headRef} branch has no history in common with ${base}`);
  }
  const { ahead } = await distance(git, baseSha, headSha);
  if (ahead === 0) throw custom(`No commits between ${base} and ${headRef}`);
  return { headRef, headSha, baseSha };
}

type Ends = { headRef: string; headSha: string; baseSha: string };

function insertPull(scope: ActingScope, given: NewPull & Ends): Pull {
  const { store, repository, initiator } = scope;
  return store.transaction(() => {
    const id = store.nextId();
    const number = takeNumber(store, repository.id);
    const now = store.now();
    store.table("issues").put({
      id,
      repositoryId: repository.id,
      number,
      title: given.title,
      body: given.body,
      userId: initiator.user.id,
      state: "open",
      stateReason: null,
      labels: [],
      assigneeIds: [],
      isPull: true,
      locked: false,
      closedById: null,
      createdAt: now,
      updatedAt: now,
      closedAt: null,
    });
    return store.table("pulls").put({
      id,
      repositoryId: repository.id,
      number,
      headRef: given.headRef,
      headSha: given.headSha,
      headPushedById: initiator.user.id,
      toldSha: null,
      baseRef: given.base,
      baseSha: given.baseSha,
      draft: given.draft,
      merged: false,
      mergedAt: null,
      mergedById: null,
      mergeSha: null,
      mergeability: null,
    });
  });
}
