/** A scratch repository: git itself is the judge of what git does. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import type { Tree } from "../../../src/core/promotion/tree.ts";

export const EMPTY_BLOB = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";

export function scratchRepository() {
  const folder = mkdtempSync(join(tmpdir(), "promotion-"));
  const git = (...options: string[]) => execFileSync("git", options, { cwd: folder, encoding: "utf8" });
  const tried = (...options: string[]) => spawnSync("git", options, { cwd: folder }).status === 0;
  git("init", "--quiet");
  git("hash-object", "-w", "-t", "blob", "/dev/null");
  afterAll(() => rmSync(folder, { recursive: true }));
  return { folder, git, tried };
}

/** A tree of files by path, each with a content that only its text tells apart. */
export function treeOf(files: Record<string, string | { mode: string; sha: string }>): Tree {
  return new Map(
    Object.entries(files).map(([path, file]) => {
      const { mode, sha } = typeof file === "string" ? { mode: "100644", sha: file } : file;
      return [path, { mode, sha: sha.padStart(40, "0"), bytes: 1 }];
    }),
  );
}
