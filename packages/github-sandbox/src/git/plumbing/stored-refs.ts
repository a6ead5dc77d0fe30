/** Reads and writes refs as git stores them. Change refs through `refs/move.ts` instead: it announces the move. */
import { type GitDir, GitError } from "./dir.ts";
import { branchOf, isRefName, isSha, zeroSha } from "./names.ts";
import type { ObjectType } from "./reader.ts";

export interface StoredRef {
  ref: string;
  sha: string;
  type: ObjectType;
}

/** Lists the refs that start with the prefix, in git's order. The prefix may end within a name. */
export async function listRefs(git: GitDir, prefix: string): Promise<StoredRef[]> {
  const folder = prefix.slice(0, prefix.lastIndexOf("/") + 1);
  const text = await git.text(["for-each-ref", "--format=%(refname) %(objectname) %(objecttype)", folder]);
  return text
    .split("\n")
    .filter((line) => line.startsWith(prefix) && line !== "")
    .map((line) => {
      const [ref = "", sha = "", type = ""] = line.split(" ");
      return { ref, sha, type: type as ObjectType };
    });
}

/** Returns the object that a ref names, without following tags; null if there is no such ref. */
export async function readRef(git: GitDir, ref: string): Promise<string | null> {
  if (!isRefName(ref)) return null;
  return (await git.objects.find(ref))?.sha ?? null;
}

/**
 * Sets the ref, or deletes it if `to` is null. Fails unless the ref is at `from` (null: absent).
 * @returns "stale" if the ref is elsewhere, "blocked" if another ref stands in its way (`a` beside `a/b`).
 */
export async function swapRef(
  git: GitDir,
  ref: string,
  from: string | null,
  to: string | null,
): Promise<"moved" | "stale" | "blocked"> {
  const old = from ?? zeroSha;
  const args = to === null ? ["update-ref", "-d", ref, old] : ["update-ref", ref, to, old];
  const { code, stderr } = await git.run(args, { accept: [1, 128] });
  if (code === 0) return "moved";
  if ((await readRef(git, ref)) !== from) return "stale";
  if (/exists; cannot create|there are still refs under|cannot lock ref/.test(stderr)) return "blocked";
  throw new GitError(args, code, stderr);
}

/** Sets or deletes a ref that only the sandbox writes, such as `refs/pull/3/merge`, without checking its old value. */
export async function setOwnRef(git: GitDir, ref: string, to: string | null): Promise<void> {
  await git.run(to === null ? ["update-ref", "-d", ref] : ["update-ref", ref, to]);
}

/**
 * Finds the commit for a name as people write it: a SHA (at least 7 digits), a whole ref, a branch, a tag, `heads/x` or
 * `HEAD`. Follows tags. Returns null if there is none.
 */
export async function resolveCommit(git: GitDir, name: string): Promise<string | null> {
  const found = await Promise.all(candidatesFor(name).map((candidate) => git.objects.find(`${candidate}^{commit}`)));
  return found.find((object) => object !== null)?.sha ?? null;
}

function candidatesFor(name: string): string[] {
  if (isSha(name) || name === "HEAD") return [name];
  if (!isRefName(`refs/${name}`) || name.startsWith("-")) return [];
  if (name.startsWith("refs/")) return [name];
  const abbreviated = /^[0-9a-f]{7,39}$/.test(name) ? [name] : [];
  return [`refs/heads/${name}`, `refs/tags/${name}`, `refs/${name}`, ...abbreviated];
}

/** Lists the branches whose tip is the commit. */
export async function branchesAt(git: GitDir, sha: string): Promise<string[]> {
  const text = await git.text(["for-each-ref", `--points-at=${sha}`, "--format=%(refname)", "refs/heads/"]);
  return text.split("\n").flatMap((ref) => branchOf(ref) ?? []);
}
