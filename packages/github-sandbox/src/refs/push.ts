/** Finds out what a move of a ref brought: its commits with the files they changed, and the commit that the ref is at. */
import type { MovedRef, PushEvent, PushedCommit } from "../events/event.ts";
import { namesChanged } from "../git/plumbing/diff.ts";
import type { GitDir } from "../git/plumbing/dir.ts";
import { log } from "../git/plumbing/history.ts";
import { branchOf } from "../git/plumbing/names.ts";
import { type Commit, readCommit } from "../git/plumbing/objects.ts";
import { resolveCommit } from "../git/plumbing/stored-refs.ts";
import type { Repository } from "../store/entities.ts";

/** GitHub's limit of commits in one push event. */
const shownCommits = 2048;

export async function pushOf(git: GitDir, repository: Repository, moved: MovedRef): Promise<PushEvent> {
  const { before, after } = moved;
  const fresh = after === null ? [] : await newCommits(git, moved, after);
  const head = fresh.at(-1) ?? (after === null ? null : await commitOf(git, moved.ref, after));
  const shown = head === null || fresh.length > 0 ? fresh : [head];
  const names = await namesChanged(
    git,
    shown.map(({ sha }) => sha),
  );
  const pushed = (commit: Commit): PushedCommit => ({
    ...commit,
    ...(names.get(commit.sha) ?? { added: [], removed: [], modified: [] }),
  });
  return {
    event: "push",
    moved,
    commits: fresh.map(pushed),
    head: head === null ? null : pushed(head),
    baseRef: before === null && after !== null ? await baseOf(git, repository, after) : null,
  };
}

/** Lists the new commits, oldest first: those since the old tip, or for a new branch those on no other branch. */
async function newCommits(git: GitDir, { ref, before }: MovedRef, after: string): Promise<Commit[]> {
  const branch = branchOf(ref);
  if (branch === null) return [];
  if (before !== null) return log(git, after, { without: [before], limit: shownCommits, reverse: true });
  return log(git, after, { onlyOn: branch, limit: shownCommits, reverse: true });
}

/** Returns the commit of a ref: a branch's tip, or the target of a tag. */
async function commitOf(git: GitDir, ref: string, object: string): Promise<Commit | null> {
  const sha = branchOf(ref) === null ? await resolveCommit(git, object) : object;
  return sha === null ? null : readCommit(git, sha);
}

async function baseOf(git: GitDir, repository: Repository, after: string): Promise<string | null> {
  const ref = `refs/heads/${repository.defaultBranch}`;
  return (await resolveCommit(git, ref)) === after ? ref : null;
}
