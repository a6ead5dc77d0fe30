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

export function createTrees(calls: Calls): Pick<GitHub, "tree" | "blob"> {
  const remembered = new Recent<Tree>(MAX_REMEMBERED, (tree) => tree.size + 1);

  return {
    async tree(repo, commit) {
      const key = `${repo.id} ${commit}`;
      const known = remembered.get(key);
      if (known !== undefined) return known;
      const files = new Map<string, TreeFile>();
      await collect(calls, repo, commit, "", files);
      remembered.set(key, files);
      return files;
    },

    blob: (repo, sha) => readBlob(calls, repo, sha),
  };
}

/** Adds all files of a tree. GitHub cuts a listing at 100,000 entries or 7 MB, and then each folder is listed by itself. */
async function collect(
  calls: Calls,
  repo: Repo,
  sha: string,
  folder: string,
  files: Map<string, TreeFile>,
): Promise<void> {
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
}

export function listTree(calls: Calls, repo: Repo, sha: string, recursive: boolean): Promise<z.infer<typeof Listing>> {
  const route = "GET /repos/{owner}/{repo}/git/trees/{sha}";
  return calls.one(repo, route, { sha, ...(recursive ? { recursive: "1" } : {}) }, Listing);
}

export async function readBlob(calls: Calls, repo: Repo, sha: string): Promise<Uint8Array> {
  const { content } = await calls.one(repo, "GET /repos/{owner}/{repo}/git/blobs/{sha}", { sha }, Blob);
  return Buffer.from(content, "base64");
}
