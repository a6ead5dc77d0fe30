/** Compares the `.github` folders of two commits. */
import { createHash } from "node:crypto";
import type { Repo } from "../../core/github.ts";
import type { GitHub } from "../../loop/github-port.ts";
import { Recent } from "../memory/recent.ts";

/** Commits that are remembered. What a commit holds never changes. */
const MAX_COMMITS = 1_000;

export type CompareWorkflows = (repo: Repo, head: string, base: string) => Promise<boolean>;

export function createWorkflowComparison({ tree }: Pick<GitHub, "tree">): CompareWorkflows {
  const known = new Recent<string>(MAX_COMMITS);

  /** Returns a hash of the folder's files; of none where there is no such folder. */
  async function folderOf(repo: Repo, commit: string): Promise<string> {
    const key = `${repo.id} ${commit}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const files = [...(await tree(repo, commit))].filter(([path]) => path.startsWith(".github/") || path === ".github");
    const contents = files.map(([path, { mode, sha }]) => [path, mode, sha]).sort();
    const folder = createHash("sha256").update(JSON.stringify(contents)).digest("hex");
    known.set(key, folder);
    return folder;
  }

  return async (repo, head, base) => (await folderOf(repo, head)) === (await folderOf(repo, base));
}
