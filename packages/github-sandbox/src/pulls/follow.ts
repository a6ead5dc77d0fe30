/** How open pulls follow the moves of their branches. */

import type { SandboxContext } from "../context.ts";
import { readRef, setOwnRef } from "../git/plumbing/stored-refs.ts";
import type { By } from "../rest/issues/changes.ts";
import { recordEvent } from "../rest/issues/record-event.ts";
import type { Issue, Pull, Repository } from "../store/entities.ts";
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
export async function followMove(
  context: SandboxContext,
  repository: Repository,
  moved: BranchMoved,
  by: By,
): Promise<Tell> {
  const open = context.store
    .table("pulls")
    .filter((pull) => pull.repositoryId === repository.id && isOpen(context, pull));
  const tells: Tell[] = [];
  for (const pull of open.filter((each) => each.headRef === moved.branch)) {
    tells.push(await followHead(context, repository, pull, moved.after, by));
  }
  const based = open.filter((each) => each.baseRef === moved.branch);
  tells.push(...(await followBase(context, repository, based, moved.after, by)));
  return () => {
    for (const tell of tells) tell();
  };
}

/** The pull's head is now at `after`; null: its branch is gone. */
export async function followHead(
  context: SandboxContext,
  repository: Repository,
  pull: Pull,
  after: string | null,
  by: By,
): Promise<Tell> {
  if (after === null) return preparedPullEvent(context, repository, closed(context, pull, by), "closed", by, {});
  const git = context.git.at(repository);
  const before = pull.headSha;
  const base = await readRef(git, `refs/heads/${pull.baseRef}`);
  await setOwnRef(git, `refs/pull/${pull.number}/head`, after);
  const current = context.store.table("pulls").get(pull.id) ?? pull;
  const followed = context.store.transaction(() => {
    touchIssue(context, pull, {});
    const baseSha = base ?? current.baseSha;
    const moved = { headSha: after, headPushedById: by.user.id, baseSha };
    return context.store.table("pulls").put({ ...current, ...moved, mergeability: null, mergeSha: null });
  });
  const tell = await preparedHead(context, repository, followed, "synchronize", by, { before, after });
  const dismissStale = await staleApprovals(context, repository, followed, by);
  return () => {
    tell();
    dismissStale();
  };
}

/** The base of these pulls is now at `after`; null: it is gone. */
export async function followBase(
  context: SandboxContext,
  repository: Repository,
  based: readonly Pull[],
  after: string | null,
  by: By,
): Promise<Tell[]> {
  if (based.length === 0) return [];
  const contained = after === null ? new Set<string>() : await pullHeadsIn(context, repository, after);
  const tells: Tell[] = [];
  for (const { id } of based) {
    const pull = context.store.table("pulls").get(id);
    if (pull === undefined || !isOpen(context, pull)) continue;
    if (after === null) {
      tells.push(await preparedPullEvent(context, repository, closed(context, pull, by), "closed", by, {}));
    } else if (contained.has(`refs/pull/${pull.number}/head`)) {
      const merged = markMerged(context, pull, after, by);
      tells.push(await preparedPullEvent(context, repository, merged, "closed", by, {}));
    } else {
      context.store.table("pulls").put({ ...pull, mergeability: null, mergeSha: null });
    }
  }
  return tells;
}

async function pullHeadsIn(context: SandboxContext, repository: Repository, tip: string): Promise<Set<string>> {
  const args = ["for-each-ref", `--merged=${tip}`, "--format=%(refname)", "refs/pull/*/head"];
  return new Set((await context.git.at(repository).text(args)).split("\n"));
}

/** Writes down that the pull is merged as `mergeSha`. Synchronous, so it can be part of a transaction. */
export function markMerged(context: SandboxContext, pull: Pull, mergeSha: string, by: By): Pull {
  return context.store.transaction(() => {
    const now = context.store.now();
    touchIssue(context, pull, { state: "closed", closedAt: now, closedById: by.user.id });
    const issue = context.store.table("issues").get(pull.id);
    if (issue !== undefined) {
      recordEvent(context, issue, "merged", by.user.id, { commitId: mergeSha });
      recordEvent(context, issue, "closed", by.user.id);
    }
    const merged = { merged: true, mergedAt: now, mergedById: by.user.id, mergeSha, mergeability: null };
    return context.store.table("pulls").put({ ...pull, ...merged });
  });
}

/**
 * Closes the pull without merging; auto-merge ends with it (https://github.com/reitermarkus/automerge/issues/1525).
 */
export function closed(context: SandboxContext, pull: Pull, by: By): Pull {
  context.store.table("autoMerges").remove(pull.id);
  touchIssue(context, pull, { state: "closed", closedAt: context.store.now(), closedById: by.user.id });
  const issue = context.store.table("issues").get(pull.id);
  if (issue !== undefined) recordEvent(context, issue, "closed", by.user.id);
  return pull;
}

export function touchIssue(context: SandboxContext, pull: Pull, change: Partial<Issue>): void {
  const issue = context.store.table("issues").get(pull.id);
  if (issue !== undefined) context.store.table("issues").put({ ...issue, ...change, updatedAt: context.store.now() });
}
