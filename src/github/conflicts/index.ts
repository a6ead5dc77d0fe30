/**
 * Predicts whether two heads merge. GitHub has no test merge between pull requests, and a merge into a temporary branch
 * would start workflows. So Headgate reads the files that both heads change and merges them here. The result is an
 * early warning; GitHub's own merge decides.
 */
import { z } from "zod";
import type { Repo } from "../../core/github.ts";
import { compareTrees, type Tree, type TreeFile } from "../../core/promotion/tree.ts";
import type { GitHub } from "../../loop/github-port.ts";
import { ReaderStopped } from "../../loop/readers-port.ts";
import type { Calls } from "../calls.ts";
import { Recent } from "../memory/recent.ts";
import type { GitHubReaders } from "../readers.ts";
import { listTree, readBlob } from "../trees.ts";
import type { LineMerge } from "./lines.ts";
import { type Contest, judgePaths, meet, type PathChange } from "./paths.ts";

/**
 * GitHub lists at most this many changed files and does not report that it left out others.
 * https://docs.github.com/en/rest/commits/commits#compare-two-commits
 */
const MAX_CHANGES = 300;
/** Heads whose own changes are remembered. */
const MAX_HEADS = 500;
/** Limits how many files one comparison reads, and their size in bytes. */
const MAX_FILES = 20;
const MAX_BYTES = 256 * 1024;

const Sha = z.string().regex(/^[0-9a-f]{40}$/);
const Comparison = z.object({
  merge_base_commit: z.object({ sha: Sha }),
  files: z.array(
    z.object({
      filename: z.string(),
      status: z.enum(["added", "removed", "modified", "renamed", "copied", "changed", "unchanged"]),
      previous_filename: z.string().optional(),
    }),
  ),
});

/** Returns the commit of its base that a head was seen to fork from; null: it was not seen. */
type ForkOf = (repo: Repo, head: string) => string | null;

export function createConflicts(
  calls: Calls,
  { tree }: Pick<GitHub, "tree">,
  forkOf: ForkOf,
  merge: GitHubReaders["mergeLines"],
): Pick<GitHub, "conflicts"> {
  const own = new Recent<PathChange[]>(MAX_HEADS);

  /** Returns what a head changes of the base that it forked from; null: unknown without asking. */
  async function ownChanges(repo: Repo, head: string): Promise<PathChange[] | null> {
    const fork = forkOf(repo, head);
    if (fork === null) return null;
    const key = `${repo.id} ${fork} ${head}`;
    const known = own.get(key);
    if (known !== undefined) return known;
    const [before, after] = await Promise.all([tree(repo, fork), tree(repo, head)]);
    const changes = compareTrees(before, after).map(({ path, ...file }) => ({
      before: file.before === null ? null : path,
      after: file.after === null ? null : path,
    }));
    if (changes.length < MAX_CHANGES) own.set(key, changes);
    return changes;
  }

  /**
   * Returns the changes of `head` against its merge base with `other`. Returns null when they share no base or the list
   * is too long.
   */
  async function changesOf(repo: Repo, head: string, other: string) {
    const route = "GET /repos/{owner}/{repo}/compare/{basehead}";
    // The first page holds all changed files, however few commits it has.
    const parameters = { basehead: `${other}...${head}`, per_page: 1 };
    const found = await calls.oneOrNull(repo, route, parameters, Comparison);
    if (found === null || found.files.length >= MAX_CHANGES) return null;
    return { base: found.merge_base_commit.sha, changes: found.files.map(changeOf) };
  }

  async function treeOf(repo: Repo, commit: string): Promise<Tree | null> {
    const { truncated, tree } = await listTree(calls, repo, commit, true);
    if (truncated) return null;
    const files = tree.filter((entry) => entry.type !== "tree");
    return new Map(files.map(({ path, mode, sha, size }) => [path, { mode, sha, bytes: size ?? 0 }]));
  }

  function read(repo: Repo, file: TreeFile | null): Promise<Uint8Array> {
    if (file === null) return Promise.resolve(new Uint8Array());
    return readBlob(calls, repo, file.sha);
  }

  async function settle(repo: Repo, { base, ours, theirs }: Contest): Promise<LineMerge> {
    if ([base, ours, theirs].some((file) => file !== null && file.bytes > MAX_BYTES)) return "unknown";
    const [before, mine, other] = await Promise.all([read(repo, base), read(repo, ours), read(repo, theirs)]);
    return await merge(before, mine, other).catch((error: unknown) => {
      if (error instanceof ReaderStopped) return "unknown";
      throw error;
    });
  }

  return {
    async conflicts(repo, ours, theirs) {
      // Most heads change nothing in common. What the base changed between their forks, GitHub compares with each of them.
      const [left, right] = [await ownChanges(repo, ours), await ownChanges(repo, theirs)];
      if (left !== null && right !== null && !meet(left, right)) return [];
      return compareOverRest(repo, ours, theirs);
    },
  };

  async function compareOverRest(repo: Repo, ours: string, theirs: string): Promise<string[] | "unknown"> {
    const [mine, other] = await Promise.all([changesOf(repo, ours, theirs), changesOf(repo, theirs, ours)]);
    // Only git can combine two different merge bases into one.
    if (mine === null || other === null || mine.base !== other.base) return "unknown";
    if (!meet(mine.changes, other.changes)) return [];
    const [base, left, right] = await Promise.all([mine.base, ours, theirs].map((commit) => treeOf(repo, commit)));
    if (!base || !left || !right) return "unknown";
    const { conflicts, contests } = judgePaths({ base, ours: left, theirs: right }, mine.changes, other.changes);
    let unknown = contests.length > MAX_FILES;
    for (const contest of contests.slice(0, MAX_FILES)) {
      const verdict = await settle(repo, contest);
      if (verdict === "conflict") conflicts.add(contest.path);
      if (verdict === "unknown") unknown = true;
    }
    // One known conflict answers the question, even if other files are unknown.
    return conflicts.size === 0 && unknown ? "unknown" : [...conflicts].sort();
  }
}

function changeOf(file: z.infer<typeof Comparison>["files"][number]): PathChange {
  const { filename, status, previous_filename: previous } = file;
  if (status === "added" || status === "copied") return { before: null, after: filename };
  if (status === "removed") return { before: filename, after: null };
  return { before: previous ?? filename, after: filename };
}
