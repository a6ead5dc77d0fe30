/** Merges and rebases without a work tree. */
import { type GitDir, GitError } from "./dir.ts";
import { log } from "./history.ts";
import { type Signature, writeCommit } from "./objects.ts";

export type Merged = { tree: string } | { conflicts: string[] };

/** Merges `theirs` into `ours` and returns the tree or the conflicts. Unrelated histories conflict. */
export async function mergeTrees(git: GitDir, ours: string, theirs: string): Promise<Merged> {
  const args = ["merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", ours, theirs];
  const { code, stdout, stderr } = await git.run(args, { accept: [1, 128] });
  if (code === 128) {
    if (/unrelated histories/.test(stderr)) return { conflicts: [] };
    throw new GitError(args, code, stderr);
  }
  const [tree = "", ...names] = stdout.toString("utf8").split("\0");
  return code === 0 ? { tree } : { conflicts: [...new Set(names.filter((name) => name !== ""))] };
}

/**
 * Rebases the commits that only `head` has onto `base`, without merges, as `git rebase` does. Returns the new tip, or
 * null if a commit conflicts.
 */
export async function replay(git: GitDir, base: string, head: string, committer: Signature): Promise<string | null> {
  let tip = base;
  for (const commit of await log(git, head, { without: [base], reverse: true })) {
    const [parent, ...others] = commit.parents;
    if (parent === undefined || others.length > 0) continue;
    const merged = await pick(git, tip, parent, commit.sha);
    if (merged === null) return null;
    const { author, message } = commit;
    tip = await writeCommit(git, { tree: merged, parents: [tip], message, author, committer });
  }
  return tip;
}

/**
 * Returns the tree of `tip` with one commit's change, or null on a conflict. git before 2.40 has no `merge-tree
 * --merge-base`. So a stand-in for `tip` sets the merge base: it has the same tree, but is a child of the commit's
 * parent.
 */
async function pick(git: GitDir, tip: string, parent: string, commit: string): Promise<string | null> {
  const nobody: Signature = { name: "sandbox", email: "sandbox@localhost", date: "2000-01-01T00:00:00Z" };
  const tree = await git.objects.find(`${tip}^{tree}`);
  if (tree === null) throw new Error(`no commit ${tip}`);
  const standIn = await writeCommit(git, {
    tree: tree.sha,
    parents: [parent],
    message: "stand-in",
    author: nobody,
    committer: nobody,
  });
  const merged = await mergeTrees(git, standIn, commit);
  return "tree" in merged ? merged.tree : null;
}
