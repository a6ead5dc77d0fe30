/** After a start: what an earlier life, ended between any two instructions, left half done with pulls. */
import { isAncestor } from "../git/plumbing/history.ts";
import { readRef, setOwnRef } from "../git/plumbing/stored-refs.ts";
import type { Hub } from "../hub.ts";
import type { By } from "../rest/issues/changes.ts";
import { userById } from "../shapes/user.ts";
import type { PendingMerge, Pull, Repository } from "../world/entities.ts";
import { isOpen } from "./facts.ts";
import { followBase, followHead } from "./follow.ts";
import { finishMerge } from "./landing/merge.ts";
import { resumeMerges } from "./landing/merge-async.ts";
import { mergeWhenReady } from "./landing/when-ready.ts";
import { staleApprovals } from "./reviews/stale.ts";
import { preparedHead } from "./tell.ts";

/**
 * Finishes merges whose base had moved and forgets those whose had not; then brings every open pull to where its
 * branches are, since git may have moved them without the world hearing of it. Run it before the server listens.
 */
export async function recoverPulls(hub: Hub): Promise<void> {
  for (const repository of hub.world.table("repositories").all()) await hub.git.dropStaleLocks(repository);
  for (const pending of [...hub.world.table("pendingMerges").all()]) await recoverMerge(hub, pending);
  for (const pull of [...hub.world.table("pulls").all()]) {
    const repository = hub.world.table("repositories").get(pull.repositoryId);
    if (repository !== undefined && isOpen(hub, pull)) await catchUp(hub, repository, pull);
  }
  resumeMerges(hub);
  for (const repository of hub.world.table("repositories").all()) mergeWhenReady(hub, repository);
}

async function recoverMerge(hub: Hub, pending: PendingMerge): Promise<void> {
  const pull = hub.world.table("pulls").get(pending.id);
  const repository = pull && hub.world.table("repositories").get(pull.repositoryId);
  if (repository !== undefined && (await baseMoved(hub, repository, pending))) {
    const by = { user: userById(hub, pending.userId), byJobToken: false };
    await hub.git.exclusive(repository, () => finishMerge(hub, repository, pending, by));
  }
  hub.world.table("pendingMerges").remove(pending.id);
}

async function baseMoved(hub: Hub, repository: Repository, { baseRef, newBaseSha }: PendingMerge): Promise<boolean> {
  const git = hub.git.at(repository);
  const tip = await readRef(git, `refs/heads/${baseRef}`);
  return tip !== null && (await isAncestor(git, newBaseSha, tip));
}

async function catchUp(hub: Hub, repository: Repository, pull: Pull): Promise<void> {
  const git = hub.git.at(repository);
  const head = await readRef(git, `refs/heads/${pull.headRef}`);
  const base = await readRef(git, `refs/heads/${pull.baseRef}`);
  // Who moved it is not known any more; GitHub shows the pull's author for want of another.
  const by = { user: userById(hub, hub.world.table("issues").get(pull.id)?.userId ?? 0), byJobToken: false };
  const tells = await hub.git.exclusive(repository, async () => {
    if (head === null || base === null) return [await followHead(hub, repository, pull, null, by)];
    const moved = await headTold(hub, repository, pull, head, by);
    await setOwnRef(git, `refs/pull/${pull.number}/head`, head);
    if (pull.mergeability?.baseSha === base) return moved;
    return [...moved, ...(await followBase(hub, repository, [pull], base, by))];
  });
  for (const tell of tells) tell();
  // The end may have come after the head was followed and before its approvals were taken back.
  const now = hub.world.table("pulls").get(pull.id);
  if (now !== undefined && isOpen(hub, now)) (await staleApprovals(hub, repository, now, by))();
}

/** Tells of a head that moved unseen, and of one that was seen but not told of before the end. */
async function headTold(hub: Hub, repository: Repository, pull: Pull, head: string, by: By): Promise<(() => void)[]> {
  if (head !== pull.headSha) return [await followHead(hub, repository, pull, head, by)];
  const { toldSha: before, headSha: after } = pull;
  if (before === after) return [];
  if (before === null) return [await preparedHead(hub, repository, pull, "opened", by, {})];
  return [await preparedHead(hub, repository, pull, "synchronize", by, { before, after })];
}
