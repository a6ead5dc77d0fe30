/**
 * What an agent's change may not do, whoever asked for it. Judged from the artifact's manifest before anything is
 * promoted, by the policy of the base branch.
 */
import picomatch from "picomatch";
import type { ChangedFile } from "../attempt.ts";
import type { Policy } from "../policy.ts";
import { globMatches, isQuick, isSimple } from "./globs.ts";

export interface Judgement {
  /** Each one is a reason not to promote. */
  refusals: string[];
  /** Paths outside the task's declared files: a person should see them. */
  outsideScope: string[];
}

export function judgeChange(
  manifest: readonly ChangedFile[],
  findings: readonly { path: string; finding: string }[],
  declared: readonly string[],
  policy: Policy,
): Judgement {
  const refusals: string[] = [];
  const isProtected = matcher(policy.protectedPaths, true);
  const seen = new Set<string>();
  for (const file of manifest) {
    const place = placeProblem(file.path);
    if (place !== null) refusals.push(`${quote(file.path)} ${place}`);
    else if (isProtected(file.path)) refusals.push(`${quote(file.path)} is protected: agents may not change it`);
    if (seen.has(file.path)) refusals.push(`${quote(file.path)} is listed twice`);
    seen.add(file.path);
  }
  for (const { path, finding } of findings) refusals.push(`${quote(path)} ${finding}`);
  if (manifest.length > policy.limits.files) {
    refusals.push(`${manifest.length} files changed; at most ${policy.limits.files} are allowed`);
  }
  const bytes = manifest.reduce((sum, file) => sum + (file.change === "write" ? file.bytes : 0), 0);
  if (bytes > policy.limits.bytes) refusals.push(`${bytes} bytes written; at most ${policy.limits.bytes} are allowed`);
  return {
    refusals,
    outsideScope: outsideScope(
      manifest.map((file) => file.path),
      declared,
    ),
  };
}

/** Without declared files everything is in scope. */
export function outsideScope(paths: readonly string[], declared: readonly string[]): string[] {
  const inScope = declared.length === 0 ? () => true : matcher(declared, false);
  return paths.filter((path) => !inScope(path));
}

type Matcher = (path: string) => boolean;

/** Compiling globs takes as long as all else that is decided of a change, and it is the same ones again and again. */
const matchers = new Map<string, Matcher>();

function matcher(globs: readonly string[], nocase: boolean): Matcher {
  const key = JSON.stringify([nocase, globs]);
  const known = matchers.get(key);
  if (known !== undefined) return known;
  if (matchers.size >= 200) matchers.clear();
  const each = globs.map((glob) => matcherOf(glob, nocase));
  const made = (path: string) => each.some((one) => one(path));
  matchers.set(key, made);
  return made;
}

function matcherOf(glob: string, nocase: boolean): Matcher {
  const folded = (text: string) => (nocase ? text.toLowerCase() : text);
  const pattern = folded(glob);
  if (isSimple(pattern)) return (path) => globMatches(pattern, folded(path));
  const made = picomatch(glob, { dot: true, nocase });
  // What would take too long to say is protected, and in nobody's scope: a person sees it.
  return (path) => (isQuick(glob, path) ? made(path) : nocase);
}

/** Why git or a checkout could be led astray by this path; null: it is a plain path inside the repository. */
function placeProblem(path: string): string | null {
  if (path.startsWith("/") || /^[A-Za-z]:/.test(path) || path.includes("\\")) return "lies outside the repository";
  const parts = path.split("/");
  if (parts.includes("..") || parts.includes(".") || parts.includes("")) return "lies outside the repository";
  // git refuses these names in any case and on any file system that folds case or drops characters.
  if (parts.some((part) => /^(\.git|git~1)$/i.test(part.replace(/[\u200c-\u200f\u202a-\u202e\ufeff]|[. ]+$/gu, "")))) {
    return "is git's own";
  }
  if (/[\u0000-\u001f\u007f]/.test(path)) return "has control characters in its name";
  return null;
}

function quote(path: string): string {
  return `\`${path.replace(/[`\u0000-\u001f\u007f]/g, "?").slice(0, 200)}\``;
}
