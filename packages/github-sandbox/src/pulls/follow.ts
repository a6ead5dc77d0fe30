/** Brings open pulls up to date with the moves of their branches. */

import type { ActingScope, RefSubscriber, RepositoryScope, SandboxContext } from "../context.ts";
import { branchOf } from "../git/plumbing/names.ts";
import { readRef, setOwnRef } from "../git/plumbing/stored-refs.ts";
import { recordEvent } from "../issues/record-event.ts";
import type { Issue, Pull } from "../store/entities.ts";
import { prepareHeadAnnouncement, preparePullAnnouncement } from "./announce.ts";
import { isOpen } from "./facts.ts";
import { staleApprovals } from "./reviews/stale.ts";

type Announcing = () => void;

/**
 * Brings the repository's open pulls up to date with a branch that moved. A pull's head moves with its branch. Marks a
 * pull as merged when its base contains its head, even if a person pushed it there. Closes a pull whose branch was deleted.
 */
export const followRef: RefSubscriber = async (scope, { moved }) => {
  const branch = branchOf(moved.ref);
  if (branch === null) return null;
  const open = scope.store
    .table("pulls")
    .filter((pull) => pull.repositoryId === scope.repository.id && isOpen(scope, pull));
  const announcements: Announcing[] = [];
  for (const pull of open.filter((each) => each.headRef === branch)) {
    announcements.push(await followHead(scope, pull, moved.after));
  }
  const based = open.filter((each) => each.baseRef === branch);
  announcements.push(...(await followBase(scope, based, moved.after)));
  return async () => {
    for (const announce of announcements) announce();
  };
};

/** Moves the pull's head to `after`. Null closes the pull, since its branch is gone. */
export async function followHead(scope: ActingScope, pull: Pull, after: string | null): Promise<Announcing> {
  if (after === null) return preparePullAnnouncement(scope, closed(scope, pull), { action: "closed" });
  const git = scope.git.at(scope.repository);
  const before = pull.headSha;
  const base = await readRef(git, `refs/heads/${pull.baseRef}`);
  await setOwnRef(git, `refs/pull/${pull.number}/head`, after);
  const current = scope.store.table("pulls").get(pull.id) ?? pull;
  const followed = scope.store.transaction(() => {
    touchIssue(scope, pull, {});
    const baseSha = base ?? current.baseSha;
    const moved = { headSha: after, headPushedById: scope.initiator.user.id, baseSha };
    return scope.store.table("pulls").put({ ...current, ...moved, mergeability: null, mergeSha: null });
  });
  const announce = await prepareHeadAnnouncement(scope, followed, { action: "synchronize", before, after });
  const dismissStale = await staleApprovals(scope, followed);
  return () => {
    announce();
    dismissStale();
  };
}

/** Brings these pulls up to date with their base at `after`. Null closes them, since their base is gone. */
export async function followBase(
  scope: ActingScope,
  based: readonly Pull[],
  after: string | null,
): Promise<Announcing[]> {
  if (based.length === 0) return [];
  const contained = after === null ? new Set<string>() : await pullHeadsIn(scope, after);
  const announcements: Announcing[] = [];
  for (const { id } of based) {
    const pull = scope.store.table("pulls").get(id);
    if (pull === undefined || !isOpen(scope, pull)) continue;
    if (after === null) {
      announcements.push(await preparePullAnnouncement(scope, closed(scope, pull), { action: "closed" }));
    } else if (contained.has(`refs/pull/${pull.number}/head`)) {
      const merged = markMerged(scope, pull, after);
      announcements.push(await preparePullAnnouncement(scope, merged, { action: "closed" }));
    } else {
      scope.store.table("pulls").put({ ...pull, mergeability: null, mergeSha: null });
    }
  }
  return announcements;
}

async function pullHeadsIn(scope: RepositoryScope, tip: string): Promise<Set<string>> {
  const args = ["for-each-ref", `--merged=${tip}`, "--format=%(refname)", "refs/pull/*/head"];
  return new Set((await scope.git.at(scope.repository).text(args)).split("\n"));
}

/** Stores that the pull is merged as `mergeSha`. Synchronous, so it can be part of a transaction. */
export function markMerged(scope: ActingScope, pull: Pull, mergeSha: string): Pull {
  const { store, initiator } = scope;
  return store.transaction(() => {
    const now = store.now();
    touchIssue(scope, pull, { state: "closed", closedAt: now, closedById: initiator.user.id });
    const issue = store.table("issues").get(pull.id);
    if (issue !== undefined) {
      recordEvent(scope, issue, "merged", initiator.user.id, { commitId: mergeSha });
      recordEvent(scope, issue, "closed", initiator.user.id);
    }
    const merged = { merged: true, mergedAt: now, mergedById: initiator.user.id, mergeSha, mergeability: null };
    return store.table("pulls").put({ ...pull, ...merged });
  });
}

/**
 * Closes the pull without merging; auto-merge ends with it (https://github.com/reitermarkus/automerge/issues/1525).
 */
export function closed(scope: ActingScope, pull: Pull): Pull {
  const { store, initiator } = scope;
  store.table("autoMerges").remove(pull.id);
  touchIssue(scope, pull, { state: "closed", closedAt: store.now(), closedById: initiator.user.id });
  const issue = store.table("issues").get(pull.id);
  if (issue !== undefined) recordEvent(scope, issue, "closed", initiator.user.id);
  return pull;
}

export function touchIssue(context: SandboxContext, pull: Pull, change: Partial<Issue>): void {
  const issue = context.store.table("issues").get(pull.id);
  if (issue !== undefined) context.store.table("issues").put({ ...issue, ...change, updatedAt: context.store.now() });
}
