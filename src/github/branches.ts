/**
 * Writes branches and commits through the Git data API. Commits name no author, so GitHub signs them as the App's and
 * shows them as verified.
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import type { ChangedFile } from "../core/attempt.ts";
import type { Repo } from "../core/github.ts";
import type { GitHub } from "../loop/github-port.ts";
import { Refused } from "../loop/github-port.ts";
import type { Calls } from "./calls.ts";
import {
  saysAlreadyExists,
  saysNoSuchObject,
  saysNoSuchReference,
  saysNotFastForward,
  statusOf,
  wordsOf,
} from "./errors.ts";
import type { GitTrees } from "./trees.ts";

type Branches = Pick<
  GitHub,
  | "branchTip"
  | "recentCommits"
  | "branchesBelow"
  | "commit"
  | "writeCommit"
  | "moveBranch"
  | "deleteBranch"
  | "restoreBranch"
>;
type Source = { file(sha256: string): Uint8Array };

const Sha = z.string().regex(/^[0-9a-f]{40}$/);
const Ref = z.object({ object: z.object({ sha: Sha }) });
const Written = z.object({ sha: Sha });
const Listed = z.object({
  sha: Sha,
  commit: z.object({ committer: z.object({ date: z.iso.datetime({ offset: true }) }) }),
});
const Commit = z.object({
  sha: Sha,
  message: z.string(),
  tree: z.object({ sha: Sha }),
  parents: z.array(z.object({ sha: Sha })),
  committer: z.object({ date: z.iso.datetime({ offset: true }) }),
});

/**
 * Text of up to this many characters in total travels inside the tree request. Each other file costs one blob request.
 */
const MAX_INLINE_CHARACTERS = 1_000_000;
const MAX_LISTED = 100;

export function createBranches(calls: Calls, learn: GitTrees["learn"]): Branches {
  async function branchTip(repo: Repo, branch: string): Promise<string | null> {
    try {
      const route = "GET /repos/{owner}/{repo}/git/ref/{ref}";
      return (await calls.one(repo, route, { ref: `heads/${branch}` }, Ref)).object.sha;
    } catch (error) {
      // 409: the repository is empty.
      if (statusOf(error) === 404 || statusOf(error) === 409) return null;
      throw error;
    }
  }

  /**
   * Explains a move that GitHub refused: `moved` when our earlier request had already done it, `taken` when another
   * commit is there.
   */
  async function landedOn(repo: Repo, branch: string, to: string): Promise<"moved" | "taken"> {
    return (await branchTip(repo, branch)) === to ? "moved" : "taken";
  }

  async function writeTree(repo: Repo, base: string, tree: Record<string, unknown>[]): Promise<string> {
    // GitHub refuses a tree without entries as invalid.
    if (tree.length === 0) return base;
    const route = "POST /repos/{owner}/{repo}/git/trees";
    return (await calls.one(repo, route, { base_tree: base, tree }, Written)).sha;
  }

  return {
    branchTip,

    async branchesBelow(repo, prefix) {
      const route = "GET /repos/{owner}/{repo}/git/matching-refs/{ref}";
      try {
        const found = await calls.all(repo, route, { ref: `heads/${prefix}` }, z.object({ ref: z.string() }));
        return found.map(({ ref }) => ref.replace("refs/heads/", "")).slice(0, MAX_LISTED);
      } catch (error) {
        // 409: the repository is empty.
        if (statusOf(error) === 404 || statusOf(error) === 409) return [];
        throw error;
      }
    },

    async recentCommits(repo, branch, limit) {
      const asked = { sha: branch, per_page: limit };
      const listed = await calls.one(repo, "GET /repos/{owner}/{repo}/commits", asked, z.array(Listed));
      return listed.map(({ sha, commit }) => ({ sha, at: Date.parse(commit.committer.date) }));
    },

    async commit(repo, sha) {
      const { message, tree, parents } = await readCommit(calls, repo, sha);
      return { message, tree, parents };
    },

    async writeCommit(repo, { against, parents, changes, file, message }) {
      const base = await readCommit(calls, repo, against);
      learn(repo, against, base.tree);
      const tree = await writeTree(repo, base.tree, await entries(calls, repo, changes, { file }));
      const route = "POST /repos/{owner}/{repo}/git/commits";
      const { sha } = await calls.one(repo, route, { message, tree, parents }, Written);
      learn(repo, sha, tree);
      return { sha, tree };
    },

    async moveBranch(repo, branch, from, to) {
      // A branch that is created cannot overwrite another: GitHub refuses it. A fast-forward could undo a person's reset.
      const tip = from === null ? null : await branchTip(repo, branch);
      if (tip === to) return "moved";
      if (tip !== from) return "taken";
      try {
        if (from === null) {
          await calls.send(repo, "POST /repos/{owner}/{repo}/git/refs", { ref: `refs/heads/${branch}`, sha: to });
        } else {
          // An unforced move is a compare-and-swap: GitHub refuses it when the branch holds commits that `to` does not
          // contain.
          const route = "PATCH /repos/{owner}/{repo}/git/refs/{ref}";
          await calls.send(repo, route, { ref: `heads/${branch}`, sha: to, force: false });
        }
        return "moved";
      } catch (error) {
        const words = wordsOf(error);
        const raced = saysAlreadyExists(words) || saysNoSuchReference(words) || saysNotFastForward(words);
        if (statusOf(error) === 409 || (statusOf(error) === 422 && raced)) return landedOn(repo, branch, to);
        throw error;
      }
    },

    async deleteBranch(repo, branch) {
      try {
        await calls.send(repo, "DELETE /repos/{owner}/{repo}/git/refs/{ref}", { ref: `heads/${branch}` });
      } catch (error) {
        if (statusOf(error) === 404 || (statusOf(error) === 422 && saysNoSuchReference(wordsOf(error)))) return;
        throw error;
      }
    },

    async restoreBranch(repo, branch, commit) {
      if ((await branchTip(repo, branch)) !== null) return "there";
      try {
        await calls.send(repo, "POST /repos/{owner}/{repo}/git/refs", { ref: `refs/heads/${branch}`, sha: commit });
        return "there";
      } catch (error) {
        if (statusOf(error) !== 422) throw error;
        if (saysAlreadyExists(wordsOf(error))) return "there";
        if (saysNoSuchObject(wordsOf(error))) return "gone";
        throw error;
      }
    },
  };
}

export async function readCommit(calls: Calls, repo: Repo, sha: string) {
  const found = await calls.once(repo, "GET /repos/{owner}/{repo}/git/commits/{sha}", { sha }, Commit);
  return {
    message: found.message,
    tree: found.tree.sha,
    parents: found.parents.map((parent) => parent.sha),
    committedAt: Date.parse(found.committer.date),
  };
}

async function entries(calls: Calls, repo: Repo, changes: ChangedFile[], source: Source) {
  const tree: Record<string, unknown>[] = [];
  let room = MAX_INLINE_CHARACTERS;
  for (const change of changes) {
    if (change.change === "delete") {
      tree.push({ path: change.path, mode: "100644", type: "blob", sha: null });
      continue;
    }
    const bytes = checked(change, source);
    const content = asText(bytes);
    if (content !== null && content.length <= room) {
      room -= content.length;
      tree.push({ path: change.path, mode: change.mode, type: "blob", content });
      continue;
    }
    const blob = { content: Buffer.from(bytes).toString("base64"), encoding: "base64" };
    const { sha } = await calls.one(repo, "POST /repos/{owner}/{repo}/git/blobs", blob, Written);
    tree.push({ path: change.path, mode: change.mode, type: "blob", sha });
  }
  return tree;
}

/** Returns the file's bytes. Throws when they differ from the manifest's size or hash. */
function checked(change: Extract<ChangedFile, { change: "write" }>, source: Source): Uint8Array {
  const bytes = source.file(change.sha256);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  if (sha256 === change.sha256 && bytes.length === change.bytes) return bytes;
  throw new Refused(`The content of ${change.path} is not what its manifest says`);
}

/**
 * Returns the bytes as text if JSON carries them exactly, else null. Empty content is null too: GitHub would read it as
 * no content given.
 */
function asText(bytes: Uint8Array): string | null {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return text === "" || text.includes("\0") ? null : text;
  } catch {
    return null;
  }
}
