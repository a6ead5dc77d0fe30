/**
 * Judges an agent's change before anything of it is promoted: from the artifact's manifest, by the policy of the base
 * branch. No request of a person can allow what is refused here.
 */
import picomatch from "picomatch";
import type { ChangedFile } from "../attempt.ts";
import type { Policy } from "../policy.ts";
import { globMatches, isQuick, isSimple } from "../rules/globs.ts";
import type { FileFinding, Violation } from "./violation.ts";

export interface Judgement {
  /** Any of them keeps the change from being promoted. */
  violations: Violation[];
  /** Paths outside the task's declared files. A person should see them. */
  outsideScope: string[];
}

export function judgeChange(
  manifest: readonly ChangedFile[],
  findings: readonly { path: string; finding: FileFinding }[],
  declared: readonly string[],
  policy: Policy,
): Judgement {
  const violations: Violation[] = [];
  const isProtected = matcherOf(policy.protectedPaths, true);
  const seen = new Set<string>();
  for (const file of manifest) {
    const path = cut(file.path);
    const misplaced = misplacement(file.path);
    if (misplaced !== null) violations.push({ kind: misplaced, path });
    else if (isProtected(file.path)) violations.push({ kind: "protected", path });
    if (seen.has(file.path)) violations.push({ kind: "listed-twice", path });
    seen.add(file.path);
  }
  for (const { path, finding } of findings) violations.push({ kind: "content", path: cut(path), finding });
  const { files: mostFiles, bytes: mostBytes } = policy.limits;
  if (manifest.length > mostFiles) violations.push({ kind: "too-many-files", files: manifest.length, most: mostFiles });
  const bytes = manifest.reduce((sum, file) => sum + (file.change === "write" ? file.bytes : 0), 0);
  if (bytes > mostBytes) violations.push({ kind: "too-many-bytes", bytes, most: mostBytes });
  return {
    violations,
    outsideScope: outsideScope(
      manifest.map((file) => file.path),
      declared,
    ),
  };
}

/** Returns the paths that no declared glob covers. Without declared files everything is in scope. */
export function outsideScope(paths: readonly string[], declared: readonly string[]): string[] {
  const inScope = declared.length === 0 ? () => true : matcherOf(declared, false);
  return paths.filter((path) => !inScope(path));
}

type Matcher = (path: string) => boolean;

function matcherOf(globs: readonly string[], nocase: boolean): Matcher {
  const each = globs.map((glob) => matcherOfOne(glob, nocase));
  return (path) => each.some((one) => one(path));
}

function matcherOfOne(glob: string, nocase: boolean): Matcher {
  const folded = (text: string) => (nocase ? text.toLowerCase() : text);
  const pattern = folded(glob);
  if (isSimple(pattern)) return (path) => globMatches(pattern, folded(path));
  const made = picomatch(glob, { dot: true, nocase });
  // A path that would take too long to match counts as protected and as out of scope, so that a person sees it.
  return (path) => (isQuick(glob, path) ? made(path) : nocase);
}

/** Says how a path could mislead git or a checkout. null: it is a plain path inside the repository. */
function misplacement(path: string): "outside-repository" | "git-internal" | "control-characters" | null {
  if (path.startsWith("/") || /^[A-Za-z]:/.test(path) || path.includes("\\")) return "outside-repository";
  const parts = path.split("/");
  if (parts.includes("..") || parts.includes(".") || parts.includes("")) return "outside-repository";
  // git refuses these names in any case and on any file system that folds case or drops characters.
  if (parts.some((part) => /^(\.git|git~1)$/i.test(part.replace(/[\u200c-\u200f\u202a-\u202e\ufeff]|[. ]+$/gu, "")))) {
    return "git-internal";
  }
  if (/[\u0000-\u001f\u007f]/.test(path)) return "control-characters";
  return null;
}

/** A task keeps what was refused, and agents choose paths. */
function cut(path: string): string {
  return path.slice(0, 200).toWellFormed();
}
