/** Reads and writes blobs and commits. Trees are in `trees.ts`. */
import type { GitDir } from "./dir.ts";

export type ObjectType = "blob" | "tree" | "commit" | "tag";

export interface Signature {
  name: string;
  email: string;
  /** ISO-8601, UTC, whole seconds. */
  date: string;
}

export interface Commit {
  sha: string;
  tree: string;
  parents: string[];
  author: Signature;
  committer: Signature;
  /** The message without trailing line breaks. */
  message: string;
}

/** Returns the type of each object in the given order; null for an object that does not exist. */
export async function typesOf(git: GitDir, shas: readonly string[]): Promise<(ObjectType | null)[]> {
  if (shas.length === 0) return [];
  const text = await git.text(["cat-file", "--batch-check=%(objecttype)"], { input: `${shas.join("\n")}\n` });
  return text.split("\n").map((line) => (/^(blob|tree|commit|tag)$/.test(line) ? (line as ObjectType) : null));
}

export async function writeBlob(git: GitDir, content: Buffer): Promise<string> {
  return git.text(["hash-object", "-w", "--stdin"], { input: content });
}

/** Returns a blob's bytes by its SHA or by `commit:path`; null if there is none. */
export async function readBlob(git: GitDir, object: string): Promise<Buffer | null> {
  const { code, stdout } = await git.run(["cat-file", "blob", object], { accept: [128] });
  return code === 0 ? stdout : null;
}

export interface NewCommit {
  tree: string;
  parents: readonly string[];
  message: string;
  author: Signature;
  committer: Signature;
}

function identity(role: "AUTHOR" | "COMMITTER", { name, email, date }: Signature): Record<string, string> {
  const clean = (text: string) => text.replace(/[<>\n\0]/g, "").trim();
  return {
    [`GIT_${role}_NAME`]: clean(name) || "unknown",
    [`GIT_${role}_EMAIL`]: clean(email),
    [`GIT_${role}_DATE`]: `@${Math.floor(Date.parse(date) / 1000)} +0000`,
  };
}

export async function writeCommit(git: GitDir, commit: NewCommit): Promise<string> {
  const parents = commit.parents.flatMap((parent) => ["-p", parent]);
  return git.text(["commit-tree", commit.tree, ...parents, "-F", "-"], {
    input: commit.message,
    env: { ...identity("AUTHOR", commit.author), ...identity("COMMITTER", commit.committer) },
  });
}

/**
 * The `--format` for `parseCommits`, used with `-z`. Fields end in U+001F, since names and messages hold any other
 * character.
 */
export const commitFormat = "--format=%H%x1f%T%x1f%P%x1f%an%x1f%ae%x1f%at%x1f%cn%x1f%ce%x1f%ct%x1f%B";

export function parseCommits(records: readonly string[]): Commit[] {
  return records.map((record) => {
    const fields = record.split("\x1f");
    const [sha = "", tree = "", parents = "", name = "", email = "", at = "", byName = "", byEmail = "", when = ""] =
      fields;
    return {
      sha,
      tree,
      parents: parents.split(" ").filter((parent) => parent !== ""),
      author: { name, email, date: fromSeconds(at) },
      committer: { name: byName, email: byEmail, date: fromSeconds(when) },
      message: fields.slice(9).join("\x1f").replace(/\n+$/, ""),
    };
  });
}

function fromSeconds(seconds: string): string {
  return new Date(Number(seconds) * 1000).toISOString().replace(/\.\d{3}Z$/, "Z");
}

export async function readCommit(git: GitDir, sha: string): Promise<Commit | null> {
  const { code, stdout } = await git.run(["log", "-z", "-1", "--no-show-signature", commitFormat, sha, "--"], {
    accept: [128],
  });
  const record = stdout.toString("utf8").split("\0")[0] ?? "";
  // git follows a tag to its commit. The caller asked for a commit's own SHA, so a tag's SHA finds nothing.
  return code === 0 && record.startsWith(sha) ? (parseCommits([record])[0] ?? null) : null;
}
