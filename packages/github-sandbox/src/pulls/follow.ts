/** How open pulls follow the moves of their branches. */

import type { Initiator } from "../access/initiator.ts";
import type { RefSubscriber, SandboxContext } from "../context.ts";
import { branchOf } from "../git/plumbing/names.ts";
import { readRef, setOwnRef } from "../git/plumbing/stored-refs.ts";
import { recordEvent } from "../issues/record-event.ts";
import type { Issue, Pull, Repository } from "../store/entities.ts";
import { prepareHeadAnnouncement, preparePullAnnouncement } from "./announce.ts";
import { isOpen } from "./facts.ts";
import { staleApprovals } from "./reviews/stale.ts";

type Announcing = () => void;

/**
 * Brings the repository's open pulls up to date with a branch that moved: a pull's head moves with its branch, a pull
 * whose head the base now contains is merged (however that came about), and one whose branch is gone is closed.
 */
export const followRef: RefSubscriber = async (context, repository, { moved }, initiator) => {
  const branch = branchOf(moved.ref);
  if (branch === null) return null;
  const open = context.store
    .table("pulls")
    .filter((pull) => pull.repositoryId === repository.id && isOpen(context, pull));
  const announcements: Announcing[] = [];
  for (const pull of open.filter((each) => each.headRef === branch)) {
    announcements.push(await followHead(context, repository, pull, moved.after, initiator));
  }
  const based = open.filter((each) => each.baseRef === branch);
  announcements.push(...(await followBase(context, repository, based, moved.after, initiator)));
  return async () => {
    for (const announce of announcements) announce();
  };
};

/** The pull's head is now at `after`; null: its branch is gone. */
export async function followHead(
  context: SandboxContext,
  repository: Repository,
  pull: Pull,
  after: string | null,
  initiator: Initiator,
): Promise<Announcing> {
  if (after === null)
    return preparePullAnnouncement(
      context,
      repository,
      closed(context, pull, initiator),
      { action: "closed" },
      initiator,
    );
  const git = context.git.at(repository);
  const before = pull.headSha;
  const base = await readRef(git, `refs/heads/${pull.baseRef}`);
  await setOwnRef(git, `refs/pull/${pull.number}/head`, after);
  const current = context.store.table("pulls").get(pull.id) ?? pull;
  const followed = context.store.transaction(() => {
    touchIssue(context, pull, {});
    const baseSha = base ?? current.baseSha;
    const moved = { headSha: after, headPushedById: initiator.user.id, baseSha };
    return context.store.table("pulls").put({ ...current, ...moved, mergeability: null, mergeSha: null });
  });
  const announce = await prepareHeadAnnouncement(
    context,
    repository,
    followed,
    { action: "synchronize", before, after },
    initiator,
  );
  const dismissStale = await staleApprovals(context, repository, followed, initiator);
  return () => {
    announce();
    dismissStale();
  };
}

/** The base of these pulls is now at `after`; null: it is gone. */
export async function followBase(
  context: SandboxContext,
  repository: Repository,
  based: readonly Pull[],
  after: string | null,
  initiator: Initiator,
): Promise<Announcing[]> {
  if (based.length === 0) return [];
  const contained = after === null ? new Set<string>() : await pullHeadsIn(context, repository, after);
  const announcements: Announcing[] = [];
  for (const { id } of based) {
    const pull = context.store.table("pulls").get(id);
    if (pull === undefined || !isOpen(context, pull)) continue;
    if (after === null) {
      announcements.push(
        await preparePullAnnouncement(
          context,
          repository,
          closed(context, pull, initiator),
          { action: "closed" },
          initiator,
        ),
      );
    } else if (contained.has(`refs/pull/${pull.number}/head`)) {
      const merged = markMerged(context, pull, after, initiator);
      announcements.push(await preparePullAnnouncement(context, repository, merged, { action: "closed" }, initiator));
    } else {
      context.store.table("pulls").put({ ...pull, mergeability: null, mergeSha: null });
    }
  }
  return announcements;
}

async function pullHeadsIn(context: SandboxContext, repository: Repository, tip: string): Promise<Set<string>> {
  const args = ["for-each-ref", `--merged=${tip}`, "--format=%(refname)", "refs/pull/*/head"];
  return new Set((await context.git.at(repository).text(args)).split("\n"));
}

/** Writes down that the pull is merged as `mergeSha`. Synchronous, so it can be part of a transaction. */
export function markMerged(context: SandboxContext, pull: Pull, mergeSha: string, initiator: Initiator): Pull {
  return context.store.transaction(() => {
    const now = context.store.now();
    touchIssue(context, pull, { state: "closed", closedAt: now, closedById: initiator.user.id });
    const issue = context.store.table("issues").get(pull.id);
    if (issue !== undefined) {
      recordEvent(context, issue, "merged", initiator.user.id, { commitId: mergeSha });
      recordEvent(context, issue, "closed", initiator.user.id);
    }
    const merged = { merged: true, mergedAt: now, mergedById: initiator.user.id, mergeSha, mergeability: null };
    return context.store.table("pulls").put({ ...pull, ...merged });
  });
}

/**
 * Closes the pull without merging; auto-merge ends with it (https://github.com/reitermarkus/automerge/issues/1525).
 */
export function closed(context: SandboxContext, pull: Pull, initiator: Initiator): Pull {
  context.store.table("autoMerges").remove(pull.id);
  touchIssue(context, pull, { state: "closed", closedAt: context.store.now(), closedById: initiator.user.id });
  const issue = context.store.table("issues").get(pull.id);
  if (issue !== undefined) recordEvent(context, issue, "closed", initiator.user.id);
  return pull;
}

export function touchIssue(context: SandboxContext, pull: Pull, change: Partial<Issue>): void {
  const issue = context.store.table("issues").get(pull.id);
  if (issue !== undefined) context.store.table("issues").put({ ...issue, ...change, updatedAt: context.store.now() });
}
