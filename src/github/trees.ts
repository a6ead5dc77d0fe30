/** Reads trees and blobs through the Git data API. */
import { z } from "zod";
import type { Repo } from "../core/github.ts";
import type { Tree, TreeFile } from "../core/promotion/tree.ts";
import type { GitHub } from "../loop/github-port.ts";
import { Refused } from "../loop/github-port.ts";
import type { Calls } from "./calls.ts";
import { Recent } from "./memory/recent.ts";

/** Entries of the trees that are remembered, of some hundred bytes each. */
const MAX_REMEMBERED = 300_000;
/** Commits whose trees are known. */
const MAX_COMMITS = 2_000;
/** Bytes of remembered files, and of the largest one. Many commits hold the same file. */
const [MAX_BYTES, MAX_FILE] = [32 * 1024 * 1024, 1024 * 1024];

/** The largest repositories that anybody works in have about half as many. */
const MAX_FILES = 1_000_000;

const Sha = z.string().regex(/^[0-9a-f]{40}$/);
const Entry = z.object({
  path: z.string(),
  mode: z.string(),
  type: z.enum(["blob", "tree", "commit"]),
  sha: Sha,
  size: z.number().optional(),
});
const Listing = z.object({ truncated: z.boolean(), tree: z.array(Entry) });
const Blob = z.object({ content: z.string(), encoding: z.literal("base64") });

export interface GitTrees extends Pick<GitHub, "tree" | "blob"> {
  /** Tells which tree a commit has. Two commits of one tree are read once: what lands is the tree that was tested. */
  learn(repo: Repo, commit: string, tree: string): void;
}

export function createTrees(calls: Calls): GitTrees {
  const remembered = new Recent<Tree>(MAX_REMEMBERED, (tree) => tree.size + 1);
  /** Requests that have not been answered yet, by tree. Pulls that are read together share a base, which is then read once. */
  const reading = new Map<string, Promise<Tree>>();
  const treeOf = new Recent<string>(MAX_COMMITS);
  const blobs = new Recent<Uint8Array>(MAX_BYTES, (content) => content.length + 100);

  return {
    learn(repo, commit, tree) {
      treeOf.set(`${repo.id} ${commit}`, tree);
    },

    async tree(repo, commit) {
      const sha = treeOf.get(`${repo.id} ${commit}`) ?? commit;
      const key = `${repo.id} ${sha}`;
      const known = remembered.get(key) ?? reading.get(key);
      if (known !== undefined) return known;
      const read = collect(calls, repo, sha, "", new Map());
      reading.set(key, read);
      try {
        const files = await read;
        remembered.set(key, files);
        return files;
      } finally {
        reading.delete(key);
      }
    },

    async blob(repo, sha) {
      const key = `${repo.id} ${sha}`;
      const content = blobs.get(key) ?? (await readBlob(calls, repo, sha));
      if (content.length <= MAX_FILE) blobs.set(key, content);
      return content;
    },
  };
}

/** Adds all files of a tree. GitHub cuts a listing at 100,000 entries or 7 MB, and then each folder is listed by itself. */
async function collect(
  calls: Calls,
  repo: Repo,
  sha: string,
  folder: string,
  files: Map<string, TreeFile>,
): Promise<Tree> {
  const whole = await listTree(calls, repo, sha, true);
  const { tree, truncated } = whole.truncated ? await listTree(calls, repo, sha, false) : whole;
  // Refuses a listing that is cut: the part that is left out could be what a change does.
  if (truncated) throw new Refused(`GitHub does not list all of ${folder || "the root folder"}: it has too many files`);
  for (const entry of tree) {
    const path = `${folder}${entry.path}`;
    if (entry.type !== "tree") files.set(path, { mode: entry.mode, sha: entry.sha, bytes: entry.size ?? 0 });
    else if (whole.truncated) await collect(calls, repo, entry.sha, `${path}/`, files);
    if (files.size > MAX_FILES) throw new Refused(`The repository has more than ${MAX_FILES} files`);
  }
  return files;
}

export function listTree(calls: Calls, repo: Repo, sha: string, recursive: boolean): Promise<z.infer<typeof Listing>> {
  const route = "GET /repos/{owner}/{repo}/git/trees/{sha}";
  return calls.one(repo, route, { sha, ...(recursive ? { recursive: "1" } : {}) }, Listing);
}

export async function readBlob(calls: Calls, repo: Repo, sha: string): Promise<Uint8Array> {
  const { content } = await calls.one(repo, "GET /repos/{owner}/{repo}/git/blobs/{sha}", { sha }, Blob);
  return Buffer.from(content, "base64");
}
