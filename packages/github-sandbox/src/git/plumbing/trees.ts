/** Reads trees and writes new ones from an old tree and a list of changes. */
import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { GitDir } from "./dir.ts";
import { zeroSha } from "./names.ts";

export interface TreeEntry {
  path: string;
  /** `100644`, `100755`, `120000` (symlink), `160000` (submodule) or `040000` (folder). */
  mode: string;
  type: "blob" | "tree" | "commit";
  sha: string;
  /** Bytes; null for anything but a blob. */
  size: number | null;
}

/** Lists what `sha` (a tree, a commit or `commit:path`) holds; null if it is no tree. */
export async function readTree(git: GitDir, sha: string, recursive: boolean): Promise<TreeEntry[] | null> {
  const how = recursive ? ["-r", "-t"] : [];
  const { code, stdout } = await git.about([sha], ["ls-tree", "-z", "-l", "--full-tree", ...how, sha], {
    accept: [128],
  });
  if (code !== 0) return null;
  return stdout
    .toString("utf8")
    .split("\0")
    .filter((line) => line !== "")
    .map(parseEntry);
}

function parseEntry(line: string): TreeEntry {
  const tab = line.indexOf("\t");
  const [mode = "", type = "", sha = "", size = "-"] = line.slice(0, tab).split(/ +/);
  return {
    path: line.slice(tab + 1),
    mode,
    type: type as TreeEntry["type"],
    sha,
    size: size === "-" ? null : Number(size),
  };
}

/** Returns the object at a path of a commit, or null. */
export async function entryAt(git: GitDir, commit: string, path: string): Promise<TreeEntry | null> {
  const command = ["--literal-pathspecs", "ls-tree", "-z", "-l", "--full-tree", commit, "--", path];
  const { stdout } = await git.about([commit], command);
  const line = stdout.toString("utf8").split("\0")[0] ?? "";
  return line === "" ? null : parseEntry(line);
}

export interface TreeChange {
  path: string;
  mode: string;
  /** null deletes what is at the path. */
  sha: string | null;
}

/** Writes a tree like `base` (null: empty) with the changes applied in order. @throws GitError if git refuses one. */
export async function writeTree(git: GitDir, base: string | null, changes: readonly TreeChange[]): Promise<string> {
  const index = join(git.path, `index.${randomUUID()}`);
  const env = { GIT_INDEX_FILE: index };
  try {
    await git.run(base === null ? ["read-tree", "--empty"] : ["read-tree", base], { env });
    const files = changes.filter((change) => change.sha === null || change.mode !== "040000");
    const lines = files.map(({ mode, sha, path }) => `${sha === null ? "0" : mode} ${sha ?? zeroSha}\t${path}\0`);
    await git.run(["update-index", "-z", "--add", "--replace", "--index-info"], { env, input: lines.join("") });
    for (const { mode, sha, path } of changes) {
      if (mode === "040000" && sha !== null) await graft(git, env, path, sha);
    }
    return await git.text(["write-tree"], { env });
  } finally {
    await rm(index, { force: true });
  }
}

/** Replaces the path with a whole tree. */
async function graft(git: GitDir, env: Record<string, string>, path: string, tree: string): Promise<void> {
  const replaced = ["--literal-pathspecs", "rm", "-r", "--cached", "--quiet", "--ignore-unmatch", "--", path];
  await git.run(["--work-tree", git.path, ...replaced], { env });
  await git.run(["read-tree", "-i", `--prefix=${path}/`, tree], { env });
}
