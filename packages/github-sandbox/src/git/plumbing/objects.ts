/** Reads and writes blobs and commits. Trees are in `trees.ts`. */
import type { GitDir } from "./dir.ts";
import { isSha } from "./names.ts";
import type { ObjectType } from "./reader.ts";

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
  const found = await Promise.all(shas.map((sha) => git.objects.find(sha)));
  return found.map((object) => object?.type ?? null);
}

export async function writeBlob(git: GitDir, content: Buffer): Promise<string> {
  return git.text(["hash-object", "-w", "--stdin"], { input: content });
}

/** Returns a blob's bytes by its SHA or by `commit:path`; null if there is none. */
export async function readBlob(git: GitDir, object: string): Promise<Buffer | null> {
  const found = await git.objects.read(object);
  return found?.type === "blob" ? found.content : null;
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

/** Returns the commit with this whole SHA; null for any other object. */
export async function readCommit(git: GitDir, sha: string): Promise<Commit | null> {
  const found = isSha(sha) ? await git.objects.read(sha) : null;
  if (found?.type !== "commit") return null;
  return parseObject(sha, found.content.toString("utf8")) ?? (await logged(git, sha));
}

/** Reads a commit as git stores it; null for what only git reads rightly: other encodings, malformed people. */
function parseObject(sha: string, text: string): Commit | null {
  const end = text.indexOf("\n\n");
  const lines = text.slice(0, end).split("\n");
  const values = (name: string) =>
    lines.flatMap((line) => (line.startsWith(`${name} `) ? [line.slice(name.length + 1)] : []));
  const [tree] = values("tree");
  const [author, committer] = [values("author")[0], values("committer")[0]].map(parsePerson);
  if (end === -1 || tree === undefined || !author || !committer) return null;
  if (values("encoding").length > 0 || text.includes("\0") || text.includes("\ufffd")) return null;
  const message = text.slice(end + 2).replace(/\n+$/, "");
  return { sha, tree, parents: values("parent"), author, committer, message };
}

function parsePerson(line = ""): Signature | null {
  const [, name, email, seconds] = /^(\S[^<>]*\S|\S) <([^<>\s]*)> (\d{1,12}) [+-]\d{4}$/.exec(line) ?? [];
  if (name === undefined || email === undefined || seconds === undefined) return null;
  return { name, email, date: fromSeconds(seconds) };
}

async function logged(git: GitDir, sha: string): Promise<Commit | null> {
  const [record = ""] = await git.fields(["log", "-z", "-1", "--no-show-signature", commitFormat, sha, "--"]);
  return parseCommits([record])[0] ?? null;
}
