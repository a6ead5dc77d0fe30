/** Compares two trees: changed files, their patches, and git's own diff text. */
import { fieldsOf, type GitDir, textOf } from "./dir.ts";

/** The SHA of the empty tree. git knows it without storing it. */
export const emptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

export interface FileChange {
  path: string;
  status: "added" | "removed" | "modified" | "renamed" | "changed";
  previousPath: string | null;
  /** The blob after the change; the old blob of a removed file. */
  sha: string;
  additions: number;
  deletions: number;
  /** The patch from its first `@@`; null for binary files and pure renames. */
  patch: string | null;
}

const plain = ["-r", "-M", "--no-ext-diff", "--no-textconv", "--no-color", "--full-index"];

const statuses: Record<string, FileChange["status"]> = {
  A: "added",
  C: "added",
  D: "removed",
  M: "modified",
  R: "renamed",
  T: "changed",
};

interface RawChange {
  path: string;
  letter: string;
  previousPath: string | null;
  sha: string;
}

function compare(git: GitDir, how: readonly string[], from: string, to: string) {
  return git.about([from, to], ["diff-tree", ...plain, ...how, from, to]);
}

export async function changes(git: GitDir, from: string, to: string): Promise<FileChange[]> {
  const raw = parseRaw(fieldsOf(await compare(git, ["-z", "--raw"], from, to)));
  if (raw.length === 0) return [];
  const counts = parseCounts(fieldsOf(await compare(git, ["-z", "--numstat"], from, to)));
  const sections = textOf(await compare(git, ["-p"], from, to)).split(/^(?=diff --git )/m);
  const patches = raw.map(({ letter }) => {
    // git prints a change of type as a removal and an addition.
    const own = sections.splice(0, letter === "T" ? 2 : 1);
    return own.flatMap((section) => /^@@[\s\S]*/m.exec(section)?.[0].replace(/\n$/, "") ?? []).join("\n") || null;
  });
  return raw.map(({ path, letter, previousPath, sha }, index) => ({
    path,
    status: statuses[letter] ?? "modified",
    previousPath,
    sha,
    additions: counts[index]?.additions ?? 0,
    deletions: counts[index]?.deletions ?? 0,
    patch: patches[index] ?? null,
  }));
}

function parseRaw(fields: readonly string[]): RawChange[] {
  const found: RawChange[] = [];
  for (let at = 0; at < fields.length; ) {
    const [, , before = "", after = "", status = ""] = (fields[at] ?? "").split(" ");
    const letter = status.charAt(0);
    const moved = letter === "R" || letter === "C";
    const first = fields[at + 1] ?? "";
    const path = moved ? (fields[at + 2] ?? "") : first;
    found.push({ path, letter, previousPath: letter === "R" ? first : null, sha: letter === "D" ? before : after });
    at += moved ? 3 : 2;
  }
  return found;
}

function parseCounts(fields: readonly string[]): { additions: number; deletions: number }[] {
  const found: { additions: number; deletions: number }[] = [];
  for (let at = 0; at < fields.length; ) {
    const [additions = "", deletions = "", path = ""] = (fields[at] ?? "").split("\t");
    // git prints "-" for binary files. A rename's line has no path; its two paths follow.
    found.push({ additions: Number(additions) || 0, deletions: Number(deletions) || 0 });
    at += path === "" ? 3 : 1;
  }
  return found;
}

/** Counts changed files and lines without reading the patches. */
export async function changeSize(
  git: GitDir,
  from: string,
  to: string,
): Promise<{ additions: number; deletions: number; files: number }> {
  const counts = parseCounts(fieldsOf(await compare(git, ["-z", "--numstat"], from, to)));
  return {
    additions: counts.reduce((sum, each) => sum + each.additions, 0),
    deletions: counts.reduce((sum, each) => sum + each.deletions, 0),
    files: counts.length,
  };
}

/** Returns the whole difference as `git diff` prints it. */
export async function diffText(git: GitDir, from: string, to: string): Promise<string> {
  const { stdout } = await compare(git, ["-p"], from, to);
  return stdout.toString("utf8");
}

/** Returns the commits that only `to` has as mails, as `git format-patch` prints them. */
export async function patchText(git: GitDir, from: string | null, to: string): Promise<string> {
  const range = from === null ? ["--root", "-1", to] : [`${from}..${to}`];
  const { stdout } = await git.run(["format-patch", "--stdout", "--no-signature", "--full-index", ...range]);
  return stdout.toString("utf8");
}

/** Returns the paths that each commit added, removed and modified against its first parent, by commit. */
export async function namesChanged(
  git: GitDir,
  shas: readonly string[],
): Promise<Map<string, { added: string[]; removed: string[]; modified: string[] }>> {
  const found = new Map(
    shas.map((sha) => [sha, { added: [] as string[], removed: [] as string[], modified: [] as string[] }]),
  );
  if (shas.length === 0) return found;
  const args = ["diff-tree", "--stdin", "-r", "--root", "-z", "--name-status", "--no-renames"];
  const fields = await git.fields([...args, "--diff-merges=first-parent"], { input: `${shas.join("\n")}\n` });
  let current = found.get(shas[0] ?? "");
  for (let at = 0; at < fields.length; ) {
    const field = (fields[at] ?? "").replace(/^\n/, "");
    if (/^[0-9a-f]{40}$/.test(field)) {
      current = found.get(field);
      at += 1;
      continue;
    }
    const list = field === "A" ? current?.added : field === "D" ? current?.removed : current?.modified;
    list?.push(fields[at + 1] ?? "");
    at += 2;
  }
  return found;
}
