/** Implements the port's branches, commits and files. */
import type { ChangedFile } from "../../../src/core/attempt.ts";
import type { GitHub } from "../../../src/loop/github-port.ts";
import { Refused } from "../../../src/loop/github-port.ts";
import { createBranch, removeBranch, updateBranch } from "./branches.ts";
import { BOT, type GitHubModel, HttpAnswer } from "./model.ts";
import { type Blob, blob, type Commit, changed, textOf, treeFileOf } from "./objects.ts";
import type { Send } from "./port.ts";
import { meaningOf, type Wire } from "./wire.ts";

type Git =
  | "branchTip"
  | "branchesBelow"
  | "recentCommits"
  | "readFile"
  | "listFiles"
  | "tree"
  | "blob"
  | "commit"
  | "writeCommit"
  | "moveBranch"
  | "deleteBranch"
  | "restoreBranch";

export function gitPort(github: GitHubModel, read: Send, write: Send, wire: Wire): Pick<GitHub, Git> {
  const tipOf = (branch: string) => read("branchTip", () => github.branches.get(branch) ?? null);

  return {
    branchTip: (_, branch) => tipOf(branch),
    branchesBelow: (_, prefix) =>
      read("branchesBelow", () => [...github.branches.keys()].filter((branch) => branch.startsWith(prefix)).sort()),
    recentCommits: (_, branch, limit) =>
      read("recentCommits", () => {
        const recent: { sha: string; at: number }[] = [];
        let next = github.branches.get(branch);
        while (next !== undefined && recent.length < limit) {
          const { sha, at, parents } = github.objects.read(next);
          recent.push({ sha, at });
          next = parents[0];
        }
        return recent;
      }),
    readFile: (_, ref, path) =>
      read("readFile", () => {
        const file = commitAt(github, ref)?.files.get(path);
        return file === undefined ? null : textOf(file);
      }),
    listFiles: (_, sha, limit) => read("listFiles", () => [...github.objects.read(sha).files.keys()].slice(0, limit)),
    tree: (_, sha) =>
      read("tree", () => {
        const files = [...github.objects.read(sha).files];
        return new Map(files.map(([path, file]) => [path, treeFileOf(file)]));
      }),
    blob: (_, sha) =>
      read("blob", () => {
        const found = github.objects.findBlob(sha);
        if (found === null) throw new HttpAnswer(404, "Not Found");
        return found.bytes;
      }),
    commit: (_, sha) =>
      read("commit", () => {
        const { message, tree, parents } = github.objects.read(sha);
        return { message, tree, parents: [...parents] };
      }),
    async writeCommit(_, { against, parents, changes, file, message }) {
      const written = changes.map((change) => [change.path, blobOf(change, file)] as const);
      return write("writeCommit", () => {
        const files = changed(github.objects.read(against).files, written);
        const { sha, tree } = github.objects.write({ files, parents, message, by: BOT, at: github.now });
        return { sha, tree };
      });
    },
    async moveBranch(_, branch, from, to) {
      const tip = await tipOf(branch);
      if (tip === to) return "moved";
      if (tip !== from) return "taken";
      try {
        await wire.send("moveBranch", true, () => {
          if (from === null) createBranch(github, branch, to, BOT);
          else updateBranch(github, branch, to, false, BOT);
        });
        return "moved";
      } catch (error) {
        if (!(error instanceof HttpAnswer) || (error.status !== 409 && error.status !== 422)) {
          throw meaningOf("moveBranch", error);
        }
        return (await tipOf(branch)) === to ? "moved" : "taken";
      }
    },
    deleteBranch: (_, branch) =>
      write("deleteBranch", () => {
        if (github.branches.has(branch)) removeBranch(github, branch, BOT);
      }),
    async restoreBranch(_, branch, commit) {
      if ((await tipOf(branch)) !== null) return "there";
      try {
        await wire.send("restoreBranch", true, () => createBranch(github, branch, commit, BOT));
      } catch (error) {
        if (!(error instanceof HttpAnswer) || error.status !== 422) throw meaningOf("restoreBranch", error);
        if (/object does not exist/i.test(error.message)) return "gone";
      }
      return "there";
    },
  };
}

function commitAt(github: GitHubModel, ref: string): Commit | null {
  const sha = github.branches.get(ref) ?? ref;
  return github.objects.has(sha) ? github.objects.read(sha) : null;
}

function blobOf(change: ChangedFile, source: (sha256: string) => Uint8Array): Blob | null {
  if (change.change === "delete") return null;
  const file = blob(source(change.sha256), change.mode);
  if (file.sha256 === change.sha256 && file.bytes.length === change.bytes) return file;
  throw new Refused(`The content of ${change.path} is not what its manifest says`);
}
