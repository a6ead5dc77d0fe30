/** Compares the `.github` folders of two commits by their SHA. */
import type { Repo } from "../../core/github.ts";
import { Refused } from "../../loop/github-port.ts";
import { readCommit } from "../branches.ts";
import type { Calls } from "../calls.ts";
import { listTree } from "../trees.ts";

/** Commits that are remembered. What a commit holds never changes. */
const MAX_COMMITS = 1_000;

export function createWorkflowComparison(
  calls: Calls,
): (repo: Repo, head: { sha: string; tree: string }, base: string) => Promise<boolean> {
  const known = new Map<string, string | null>();

  /** Returns the SHA of `.github`; null: the commit has none. */
  async function folderOf(repo: Repo, commit: string, tree: string | null): Promise<string | null> {
    const key = `${repo.id} ${commit}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const root = await listTree(calls, repo, tree ?? (await readCommit(calls, repo, commit)).tree, false);
    // Two folders that neither listing shows would look the same.
    if (root.truncated) throw new Refused("GitHub does not list all of the root folder: it has too many files");
    const folder = root.tree.find(({ path }) => path === ".github")?.sha ?? null;
    known.set(key, folder);
    const [oldest] = known.keys();
    if (known.size > MAX_COMMITS && oldest !== undefined) known.delete(oldest);
    return folder;
  }

  return async (repo, head, base) => {
    const [ours, theirs] = await Promise.all([folderOf(repo, head.sha, head.tree), folderOf(repo, base, null)]);
    return ours === theirs;
  };
}
