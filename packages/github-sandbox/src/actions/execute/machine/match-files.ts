/** Finds files by glob, for `hashFiles` and for artifacts. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import picomatch from "picomatch";

/** Returns every file below a folder, sorted. Follows symbolic links; a cycle of links ends at the system's limit. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true)
    .sort();
}

/** Returns the part of a pattern before its first wildcard: the folder to walk. */
export function fixedPart(pattern: string): string {
  const segments = pattern.split("/");
  const wild = segments.findIndex((segment) => /[*?[\]{}]/.test(segment));
  return wild < 0 ? pattern : segments.slice(0, wild).join("/") || "/";
}

/**
 * Returns the absolute paths, sorted, of the files that match patterns relative to `root`. `!pattern` excludes; a pattern that
 * names a folder means all of it.
 */
export function matchFiles(root: string, patterns: readonly string[]): string[] {
  const absolute = (pattern: string) => resolve(root, pattern.replace(/\/+$/, ""));
  const excluded = patterns.filter((pattern) => pattern.startsWith("!")).map((pattern) => absolute(pattern.slice(1)));
  const isExcluded = picomatch(
    excluded.flatMap((pattern) => [pattern, `${pattern}/**`]),
    { dot: true },
  );
  const found = new Set<string>();
  for (const pattern of patterns.filter((each) => !each.startsWith("!")).map(absolute)) {
    const start = fixedPart(pattern);
    const stat = statSync(start, { throwIfNoEntry: false });
    if (stat === undefined) continue;
    const isMatch = picomatch([pattern, `${pattern}/**`], { dot: true });
    for (const file of stat.isDirectory() ? filesBelow(start) : [start]) {
      if ((start === pattern || isMatch(file)) && !isExcluded(file)) found.add(file);
    }
  }
  return [...found].sort();
}

/** Does `hashFiles`: SHA-256 over the SHA-256 of each file of the workspace; "" when no file matches. */
export function hashFiles(workspace: string, patterns: readonly string[]): string {
  const inside = (file: string) => !relative(workspace, file).startsWith("..");
  const files = matchFiles(workspace, patterns).filter(inside);
  if (files.length === 0) return "";
  const whole = createHash("sha256");
  for (const file of files) whole.update(createHash("sha256").update(readFileSync(file)).digest());
  return whole.digest("hex");
}
