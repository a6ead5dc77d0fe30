/** Checks names of refs, objects and paths. Every name passes here before it reaches git's command line. */

export const zeroSha = "0".repeat(40);

export function isSha(text: string): boolean {
  return /^[0-9a-f]{40}$/.test(text);
}

/** Checks a whole ref name by the rules of `git check-ref-format` (https://git-scm.com/docs/git-check-ref-format). */
export function isRefName(ref: string): boolean {
  if (!ref.includes("/") || ref.length > 1000 || ref.startsWith("-")) return false;
  if (/[\x00-\x20\x7f~^:?*[\\]|\.\.|@\{|\.$/.test(ref)) return false;
  return ref.split("/").every((part) => part !== "" && !part.startsWith(".") && !part.endsWith(".lock"));
}

/** Checks the short name of a branch or tag. git would take `-x` for an option and `HEAD` for its own ref. */
export function isBranchName(name: string): boolean {
  return isRefName(`refs/heads/${name}`) && !name.startsWith("-") && name !== "HEAD" && name !== "@";
}

/** Checks a file's path: relative, without `..` and `.git`. */
export function isFilePath(path: string): boolean {
  if (path.length > 4096 || path.includes("\0") || path.includes("\n")) return false;
  return path.split("/").every((part) => !["", ".", ".."].includes(part) && part.toLowerCase() !== ".git");
}

/** Turns `refs/heads/a/b` into `a/b`; null for any other ref. */
export function branchOf(ref: string): string | null {
  return ref.startsWith("refs/heads/") ? ref.slice("refs/heads/".length) : null;
}

export function tagOf(ref: string): string | null {
  return ref.startsWith("refs/tags/") ? ref.slice("refs/tags/".length) : null;
}
