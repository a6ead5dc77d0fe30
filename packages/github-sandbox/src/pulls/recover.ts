/** Finishes what a life of the sandbox that ended between any two instructions left half done with pulls. */

import { type ActingScope, actingScope, type RepositoryScope, type SandboxContext, scopeOf } from "../context.ts";
import { isAncestor } from "../git/plumbing/history.ts";
import { readRef, setOwnRef } from "../git/plumbing/stored-refs.ts";
import type { PendingMerge, Pull } from "../store/entities.ts";
import { userById } from "../store/users.ts";
import { prepareHeadAnnouncement } from "./announce.ts";
import { isOpen } from "./facts.ts";
import { followBase, followHead } from "./follow.ts";
import { finishMerge } from "./merge/merge.ts";
import { resumeMerges } from "./merge/merge-async.ts";
import { mergeWhenReady } from "./merge/when-ready.ts";
import { staleApprovals } from "./reviews/stale.ts";

/**
 * Finishes merges whose base had moved and drops the others. Then brings every open pull to where its branches are, since
 * git may have moved them just before the end. Run it before the server listens.
 */
export async function recoverPulls(context: SandboxContext): Promise<void> {
  for (const repository of context.store.table("repositories").all()) await context.git.dropStaleLocks(repository);
  for (const pending of [...context.store.table("pendingMerges").all()]) await recoverMerge(context, pending);
  for (const pull of [...context.store.table("pulls").all()]) {
    const repository = context.store.table("repositories").get(pull.repositoryId);
    if (repository !== undefined && isOpen(context, pull)) await catchUp(scopeOf(context, repository), pull);
  }
  resumeMerges(context);
  for (const repository of context.store.table("repositories").all()) mergeWhenReady(context, repository);
}

async function recoverMerge(context: SandboxContext, pending: PendingMerge): Promise<void> {
  const pull = context.store.table("pulls").get(pending.id);
  const repository = pull && context.store.table("repositories").get(pull.repositoryId);
  if (repository !== undefined && (await baseMoved(scopeOf(context, repository), pending))) {
    const initiator = { user: userById(context, pending.userId), byJobToken: false };
    await context.git.exclusive(repository, () => finishMerge(actingScope(context, repository, initiator), pending));
  }
  context.store.table("pendingMerges").remove(pending.id);
}

async function baseMoved(scope: RepositoryScope, { baseRef, newBaseSha }: PendingMerge): Promise<boolean> {
  const git = scope.git.at(scope.repository);
  const tip = await readRef(git, `refs/heads/${baseRef}`);
  return tip !== null && (await isAncestor(git, newBaseSha, tip));
}

async function catchUp(scope: RepositoryScope, pull: Pull): Promise<void> {
  const { repository } = scope;
  const git = scope.git.at(repository);
  const head = await readRef(git, `refs/heads/${pull.headRef}`);
  const base = await readRef(git, `refs/heads/${pull.baseRef}`);
  // The store does not know who moved it, so the pull's author stands in.
  const user = userById(scope, scope.store.table("issues").get(pull.id)?.userId ?? 0);
  const acting = { ...scope, initiator: { user, byJobToken: false } };
  const announcements = await scope.git.exclusive(repository, async () => {
    if (head === null || base === null) return [await followHead(acting, pull, null)];
    const moved = await headAnnouncements(acting, pull, head);
    await setOwnRef(git, `refs/pull/${pull.number}/head`, head);
    if (pull.mergeability?.baseSha === base) return moved;
    return [...moved, ...(await followBase(acting, [pull], base))];
  });
  for (const announce of announcements) announce();
  // The end may have come after the head was stored and before stale approvals were dismissed.
  const now = scope.store.table("pulls").get(pull.id);
  if (now !== undefined && isOpen(scope, now)) (await staleApprovals(acting, now))();
}

/** Announces a head that moved unseen, and one that was stored but not announced before the end. */
async function headAnnouncements(scope: ActingScope, pull: Pull, head: string): Promise<(() => void)[]> {
  if (head !== pull.headSha) return [await followHead(scope, pull, head)];
  const { toldSha: before, headSha: after } = pull;
  if (before === after) return [];
  if (before === null) return [await prepareHeadAnnouncement(scope, pull, { action: "opened" })];
  return [await prepareHeadAnnouncement(scope, pull, { action: "synchronize", before, after })];
}
