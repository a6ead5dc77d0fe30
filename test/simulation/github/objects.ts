/**
 * Models commits, trees and merges in memory. A tree maps paths to blobs. Two different changes of the same file
 * conflict.
 */
import { createHash } from "node:crypto";
import type { TreeFile } from "../../../src/core/promotion/tree.ts";

export interface Blob {
  mode: "100644" | "100755" | "120000";
  bytes: Uint8Array;
  sha256: string;
}
export type Files = ReadonlyMap<string, Blob>;

export interface Commit {
  sha: string;
  tree: string;
  files: Files;
  parents: readonly string[];
  message: string;
  by: string;
  at: number;
  /** Grows with every commit, so that parents sort before children. */
  sequence: number;
  /** The SHAs of the commit itself and all its ancestors. */
  past: ReadonlySet<string>;
}

/** An attempt workflow that can be started. What its jobs do is modelled. */
export const ATTEMPT_FILE =
  "on: { workflow_dispatch: { inputs: { protocol: {}, attempt: {}, brief: {} } } }\njobs: {}\n";

export function blob(content: string | Uint8Array, mode: Blob["mode"] = "100644"): Blob {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  return { mode, bytes, sha256: createHash("sha256").update(bytes).digest("hex") };
}

export function treeFileOf({ mode, bytes }: Blob): TreeFile {
  const sha = createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
  return { mode, sha, bytes: bytes.length };
}

export function textOf(file: Blob): string {
  return Buffer.from(file.bytes).toString("utf8");
}

/**
 * Returns the files with `changes` applied; null deletes a file. Like GitHub's `base_tree`: a file at a folder's path replaces the
 * folder, and a file below a file's path replaces that file.
 */
export function changed(files: Files, changes: Iterable<readonly [string, Blob | null]>): Map<string, Blob> {
  const after = new Map(files);
  for (const [path, file] of changes) {
    if (file === null) {
      after.delete(path);
      continue;
    }
    for (const other of files.keys()) if (isBelow(other, path) || isBelow(path, other)) after.delete(other);
    after.set(path, file);
  }
  return after;
}

function isBelow(path: string, folder: string): boolean {
  return path.startsWith(`${folder}/`);
}

export class Objects {
  readonly #commits = new Map<string, Commit>();

  write(commit: Pick<Commit, "files" | "parents" | "message" | "by" | "at">): Commit {
    const { files, parents, message } = commit;
    const sequence = this.#commits.size;
    const past = new Set<string>();
    for (const parent of parents) for (const sha of this.read(parent).past) past.add(sha);
    const tree = sha1([...files].map(([path, file]) => `${path} ${file.mode} ${file.sha256}`).sort());
    const sha = sha1([tree, ...parents, message, String(sequence)]);
    past.add(sha);
    const written: Commit = { ...commit, sha, tree, sequence, past };
    this.#commits.set(sha, written);
    return written;
  }

  read(sha: string): Commit {
    const commit = this.#commits.get(sha);
    if (commit === undefined) throw new Error(`there is no commit ${sha}`);
    return commit;
  }

  findBlob(sha: string): Blob | null {
    for (const { files } of this.#commits.values()) {
      for (const file of files.values()) if (treeFileOf(file).sha === sha) return file;
    }
    return null;
  }

  has(sha: string): boolean {
    return this.#commits.has(sha);
  }

  contains(head: string, other: string): boolean {
    return this.read(head).past.has(other);
  }

  /** Returns how many commits of `base` the head lacks. */
  behindBy(base: string, head: string): number {
    const has = this.read(head).past;
    let lacking = 0;
    for (const sha of this.read(base).past) if (!has.has(sha)) lacking += 1;
    return lacking;
  }

  /** Returns the merged files, or null when both sides changed a file differently. */
  merge(ours: string, theirs: string): Map<string, Blob> | null {
    const { files, conflicts } = this.mergeAsFarAsPossible(ours, theirs);
    return conflicts.length === 0 ? files : null;
  }

  /** Merges and keeps our side of each conflicting file. */
  mergeAsFarAsPossible(ours: string, theirs: string): { files: Map<string, Blob>; conflicts: string[] } {
    const left = this.read(ours).files;
    const right = this.read(theirs).files;
    const base = this.forkOf(ours, theirs)?.files ?? new Map<string, Blob>();
    const files = new Map(left);
    const conflicts: string[] = [];
    for (const path of new Set([...right.keys(), ...base.keys()])) {
      const [mine, other, before] = [left.get(path)?.sha256, right.get(path), base.get(path)?.sha256];
      if (other?.sha256 === before || other?.sha256 === mine) continue;
      if (mine !== before) conflicts.push(path);
      else if (other === undefined) files.delete(path);
      else files.set(path, other);
    }
    return { files, conflicts };
  }

  /** Returns the newest commit that both contain. */
  forkOf(left: string, right: string): Commit | null {
    const other = this.read(right).past;
    let best: Commit | null = null;
    for (const sha of this.read(left).past) {
      const commit = this.read(sha);
      if (other.has(sha) && (best === null || commit.sequence > best.sequence)) best = commit;
    }
    return best;
  }
}

function sha1(lines: readonly string[]): string {
  return createHash("sha1").update(lines.join("\n")).digest("hex");
}
