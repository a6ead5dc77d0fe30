/** How open pulls follow the moves of their branches. */
import { readRef, setOwnRef } from "../git/plumbing/stored-refs.ts";
import type { Hub } from "../hub.ts";
import type { By } from "../rest/issues/changes.ts";
import { recordEvent } from "../rest/issues/record-event.ts";
import type { Issue, Pull, Repository } from "../world/entities.ts";
import { isOpen } from "./facts.ts";
import { staleApprovals } from "./reviews/stale.ts";
import { preparedHead, preparedPullEvent } from "./tell.ts";

export interface BranchMoved {
  branch: string;
  before: string | null;
  after: string | null;
}

type Tell = () => void;

/**
 * Brings the repository's open pulls up to date with a branch that moved: a pull's head moves with its branch, a pull
 * whose head the base now contains is merged (however that came about), and one whose branch is gone is closed.
 * @returns Says all that; call it after the move itself was told.
 */
export async function followMove(hub: Hub, repository: Repository, moved: BranchMoved, by: By): Promise<Tell> {
  const open = hub.world.table("pulls").filter((pull) => pull.repositoryId === repository.id && isOpen(hub, pull));
  const tells: Tell[] = [];
  for (const pull of open.filter((each) => each.headRef === moved.branch)) {
    tells.push(await followHead(hub, repository, pull, moved.after, by));
  }
  const based = open.filter((each) => each.baseRef === moved.branch);
  tells.push(...(await followBase(hub, repository, based, moved.after, by)));
  return () => {
    for (const tell of tells) tell();
  };
}

/** The pull's head is now at `after`; null: its branch is gone. */
export async function followHead(
  hub: Hub,
  repository: Repository,
  pull: Pull,
  after: string | null,
  by: By,
): Promise<Tell> {
  if (after === null) return preparedPullEvent(hub, repository, closed(hub, pull, by), "closed", by, {});
  const git = hub.git.at(repository);
  const before = pull.headSha;
  const base = await readRef(git, `refs/heads/${pull.baseRef}`);
  await setOwnRef(git, `refs/pull/${pull.number}/head`, after);
  const current = hub.world.table("pulls").get(pull.id) ?? pull;
  const followed = hub.world.transaction(() => {
    touchIssue(hub, pull, {});
    const baseSha = base ?? current.baseSha;
    const moved = { headSha: after, headPushedById: by.user.id, baseSha };
    return hub.world.table("pulls").put({ ...current, ...moved, mergeability: null, mergeSha: null });
  });
  const tell = await preparedHead(hub, repository, followed, "synchronize", by, { before, after });
  const dismissStale = await staleApprovals(hub, repository, followed, by);
  return () => {
    tell();
    dismissStale();
  };
}

/** The base of these pulls is now at `after`; null: it is gone. */
export async function followBase(
  hub: Hub,
  repository: Repository,
  based: readonly Pull[],
  after: string | null,
  by: By,
): Promise<Tell[]> {
  if (based.length === 0) return [];
  const contained = after === null ? new Set<string>() : await pullHeadsIn(hub, repository, after);
  const tells: Tell[] = [];
  for (const { id } of based) {
    const pull = hub.world.table("pulls").get(id);
    if (pull === undefined || !isOpen(hub, pull)) continue;
    if (after === null) {
      tells.push(await preparedPullEvent(hub, repository, closed(hub, pull, by), "closed", by, {}));
    } else if (contained.has(`refs/pull/${pull.number}/head`)) {
      const merged = markMerged(hub, pull, after, by);
      tells.push(await preparedPullEvent(hub, repository, merged, "closed", by, {}));
    } else {
      hub.world.table("pulls").put({ ...pull, mergeability: null, mergeSha: null });
    }
  }
  return tells;
}

async function pullHeadsIn(hub: Hub, repository: Repository, tip: string): Promise<Set<string>> {
  const args = ["for-each-ref", `--merged=${tip}`, "--format=%(refname)", "refs/pull/*/head"];
  return new Set((await hub.git.at(repository).text(args)).split("\n"));
}

/** Writes down that the pull is merged as `mergeSha`. Synchronous, so it can be part of a transaction. */
export function markMerged(hub: Hub, pull: Pull, mergeSha: string, by: By): Pull {
  return hub.world.transaction(() => {
    const now = hub.world.now();
    touchIssue(hub, pull, { state: "closed", closedAt: now, closedById: by.user.id });
    const issue = hub.world.table("issues").get(pull.id);
    if (issue !== undefined) {
      recordEvent(hub, issue, "merged", by.user.id, { commitId: mergeSha });
      recordEvent(hub, issue, "closed", by.user.id);
    }
    const merged = { merged: true, mergedAt: now, mergedById: by.user.id, mergeSha, mergeability: null };
    return hub.world.table("pulls").put({ ...pull, ...merged });
  });
}

/**
 * Closes the pull without merging; auto-merge ends with it (https://github.com/reitermarkus/automerge/issues/1525).
 */
export function closed(hub: Hub, pull: Pull, by: By): Pull {
  hub.world.table("autoMerges").remove(pull.id);
  touchIssue(hub, pull, { state: "closed", closedAt: hub.world.now(), closedById: by.user.id });
  const issue = hub.world.table("issues").get(pull.id);
  if (issue !== undefined) recordEvent(hub, issue, "closed", by.user.id);
  return pull;
}

export function touchIssue(hub: Hub, pull: Pull, change: Partial<Issue>): void {
  const issue = hub.world.table("issues").get(pull.id);
  if (issue !== undefined) hub.world.table("issues").put({ ...issue, ...change, updatedAt: hub.world.now() });
}
