/** What may name a ref, an object or a path. Nothing that reaches git's command line has not passed here. */

export const zeroSha = "0".repeat(40);

export function isSha(text: string): boolean {
  return /^[0-9a-f]{40}$/.test(text);
}

/** The rules of `git check-ref-format` (https://git-scm.com/docs/git-check-ref-format) for one whole ref name. */
export function isRefName(ref: string): boolean {
  if (!ref.includes("/") || ref.length > 1000 || ref.startsWith("-")) return false;
  if (/[\x00-\x20\x7f~^:?*[\\]|\.\.|@\{|\.$/.test(ref)) return false;
  return ref.split("/").every((part) => part !== "" && !part.startsWith(".") && !part.endsWith(".lock"));
}

/** A branch's or a tag's short name. git takes `-x` for an option and `HEAD` for itself. */
export function isBranchName(name: string): boolean {
  return isRefName(`refs/heads/${name}`) && !name.startsWith("-") && name !== "HEAD" && name !== "@";
}

/** A file's path inside a repository: no climbing, no `.git`, nothing absolute. */
export function isFilePath(path: string): boolean {
  if (path.length > 4096 || path.includes("\0") || path.includes("\n")) return false;
  return path.split("/").every((part) => !["", ".", ".."].includes(part) && part.toLowerCase() !== ".git");
}

/** `refs/heads/a/b` → `a/b`; null for any other ref. */
export function branchOf(ref: string): string | null {
  return ref.startsWith("refs/heads/") ? ref.slice("refs/heads/".length) : null;
}

export function tagOf(ref: string): string | null {
  return ref.startsWith("refs/tags/") ? ref.slice("refs/tags/".length) : null;
}
