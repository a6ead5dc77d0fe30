/**
 * Judges the name of a file that a change adds. A name that git or a file system takes for another one puts content where
 * nobody sees it, or into git's own folder on somebody's machine. Follows git's `verify_path` with `core.protectHFS` and
 * `core.protectNTFS` on, whatever the machine: https://github.com/git/git/blob/master/read-cache.c
 */
import type { Tree, TreeChange } from "./tree.ts";

export type NameProblem =
  | "path-too-long"
  | "outside-repository"
  | "git-internal"
  | "control-characters"
  | "invisible-characters";

/** HFS+ ignores these in names. */
const HFS_IGNORED = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;
const EMOJI = /\p{RGI_Emoji}/gv;
/** Bidirectional controls are among them, but for the two that show as marks of their own. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\p{Zl}\p{Zp}]/u;
/** A lone surrogate; U+FFFD is what GitHub's JSON has for bytes that are not UTF-8. */
const BROKEN = /[\p{Cs}\ufffd]/u;

/** Bytes of a path, bytes of each name in it, and names. File systems set the first two; longer paths take long to judge. */
export const [MAX_PATH_BYTES, MAX_NAME_BYTES, MAX_NAMES] = [1_024, 255, 64];

/** null: it is a plain path inside the repository. */
export function nameProblem(path: string): NameProblem | null {
  // Comes first: everything else takes time that grows with the length.
  if (isTooLong(path)) return "path-too-long";
  if (path.startsWith("/") || /^[A-Za-z]:/.test(path) || path.includes("\\")) return "outside-repository";
  const parts = path.split("/");
  if (parts.includes("..") || parts.includes(".") || parts.includes("")) return "outside-repository";
  if (parts.some(isDotGit)) return "git-internal";
  if (/[\u0000-\u001f\u007f-\u009f]/.test(path)) return "control-characters";
  if (BROKEN.test(path) || isInvisible(path)) return "invisible-characters";
  return null;
}

/** Emoji hold invisible characters too, and finding them takes longer than anything else here. */
function isInvisible(path: string): boolean {
  return INVISIBLE.test(path) && INVISIBLE.test(path.replace(EMOJI, ""));
}

function isTooLong(path: string): boolean {
  if (path.length > MAX_PATH_BYTES || bytesOf(path) > MAX_PATH_BYTES) return true;
  const names = path.split("/");
  return names.length > MAX_NAMES || names.some((name) => bytesOf(name) > MAX_NAME_BYTES);
}

/** Counts the bytes of the text as UTF-8. */
function bytesOf(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

/** Returns the path as a file system could take it: what protects a path must protect its other spellings too. */
export function canonicalPath(path: string): string {
  return path
    .split("/")
    .map((name) => folded(canonicalName(name)))
    .join("/");
}

/** NTFS drops trailing dots and spaces, and what follows a colon names a stream of the same file. */
function canonicalName(name: string): string {
  const visible = name.replace(HFS_IGNORED, "");
  return visible.replace(/:.*$/s, "").replace(/[. ]+$/, "") || visible;
}

/** Characters of such a name, with room for spellings of other file systems. Folding every long name would take long. */
const LONGEST_DOT_GIT = 32;

/** Returns true where git keeps its own files under such a name, on some file system. NTFS calls the first such folder `git~1`. */
export function isDotGit(name: string): boolean {
  const canonical = canonicalName(name);
  return canonical.length <= LONGEST_DOT_GIT && /^(?:\.git|git~\d+)$/.test(folded(canonical));
}

/** Names that are equal here are one file where case or Unicode normalisation do not count. */
export function folded(name: string): string {
  return /^[\x20-\x7e]*$/.test(name) ? name.toLowerCase() : name.normalize("NFD").toUpperCase().toLowerCase();
}

/**
 * Returns the added paths that are one file or folder with another of the tree where case or normalisation do not count, with
 * that other. Such pairs that were there before are left alone.
 */
export function collisions(
  before: Tree,
  after: Tree,
  changes: readonly TreeChange[],
): { path: string; other: string }[] {
  const added = changes.filter((change) => change.before === null && change.after !== null).map(({ path }) => path);
  const known = new Set<string>();
  for (const path of before.keys()) for (const prefix of prefixesOf(path)) known.add(prefix);
  /** Folders and files that only the change brings, by the name that they may share. */
  const fresh = new Map<string, { path: string; prefix: string }>();
  const found = new Map<string, string>();
  for (const path of added) {
    for (const { prefix, name } of foldedPrefixesOf(path)) {
      if (known.has(prefix)) continue;
      const first = fresh.get(name);
      if (first === undefined) fresh.set(name, { path, prefix });
      else if (first.prefix !== prefix) found.set(path, first.prefix);
    }
  }
  for (const path of after.keys()) {
    for (const { prefix, name } of foldedPrefixesOf(path)) {
      const same = fresh.get(name);
      if (same !== undefined && same.prefix !== prefix && !found.has(same.path)) found.set(same.path, prefix);
    }
  }
  return [...found].map(([path, other]) => ({ path, other }));
}

/** `a/b/c`: `a`, `a/b` and itself. */
function prefixesOf(path: string): string[] {
  const prefixes: string[] = [];
  for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1)) prefixes.push(path.slice(0, at));
  return [...prefixes, path];
}

/** Folds the whole path once: folding keeps the slashes, and depends on nothing beyond one. */
function foldedPrefixesOf(path: string): { prefix: string; name: string }[] {
  const names = prefixesOf(folded(path));
  return prefixesOf(path).map((prefix, index) => ({ prefix, name: names[index] ?? "" }));
}
