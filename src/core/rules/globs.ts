/**
 * Matches globs against paths in bounded time. Strangers write both, and a regular expression of many stars takes hours for a
 * path that almost fits.
 */

/** Plain names, `?`, `*`, and `**` for any number of segments. */
const SIMPLE = /^[^[\]{}()!+@|\\"^$,]+$/;

/** Returns true where `globMatches` understands every part of the glob. */
export function isSimple(glob: string): boolean {
  const segments = glob.split("/");
  const isOne = (segment: string) => segment === "**" || !segment.includes("**");
  return SIMPLE.test(glob) && segments.every((segment) => isOne(segment) && !/^\.*$/.test(segment));
}

type Matcher = (text: string) => boolean;

/** Matches a simple glob. */
export function globMatches(glob: string, path: string): boolean {
  return matcherOfSimple(glob)(path);
}

/** Prepares a simple glob for many paths. Most are one name at any depth, which needs no walk over the segments. */
export function matcherOfSimple(glob: string): Matcher {
  const [, name, below] = /^\*\*\/([^*?]+?)(\/\*\*)?$/.exec(glob) ?? [];
  if (name !== undefined) {
    if (below !== undefined) return (path) => `/${path}/`.includes(`/${name}/`);
    return (path) => path === name || path.endsWith(`/${name}`);
  }
  const segments = glob.split("/").map((segment) => (segment === "**" ? null : compileSegment(segment)));
  return (path) =>
    fits(
      segments,
      path.split("/"),
      (segment) => segment === null,
      (segment, part) => segment?.(part) === true,
    );
}

function compileSegment(pattern: string): Matcher {
  // A star alone is a name, and no name is empty.
  if (pattern === "*") return (name) => name !== "";
  const [before = "", after, ...more] = pattern.split("*");
  const isLiteral = !pattern.includes("?");
  if (isLiteral && after === undefined) return (name) => name === pattern;
  if (isLiteral && after !== undefined && more.length === 0) {
    const least = before.length + after.length;
    return (name) => name.length >= least && name.startsWith(before) && name.endsWith(after);
  }
  const characters = [...pattern];
  const isStar = (character: string) => character === "*";
  const same = (expected: string, found: string) => expected === "?" || expected === found;
  return (name) => fits(characters, [...name], isStar, same);
}

/** Steps of one path: about a millisecond of a regular expression's. */
const MOST_STEPS = 1_000_000;

/** Steps of one judgement, which may have thousands of paths and globs: about a second. */
export const MOST_STEPS_TOGETHER = 1_000_000_000;

/** Returns the most steps that the glob takes on the path. */
export function stepsOf(glob: string, path: string): number {
  if (!isSimple(glob)) return isQuick(glob, path) ? path.length ** repeatsOf(glob) : 0;
  // Only what stands between two stars is tried at every place.
  const isLinear = glob.split("/").every((segment) => segment === "**" || segment.split("*").length <= 2);
  return isLinear && glob.split("**").length <= 3 ? path.length : path.length * glob.length;
}

/** Finds a repeated group, for which a regular expression tries far more than every place. */
export function repeatsGroup(glob: string): boolean {
  return /[+*]\(|[)}]\+/.test(glob);
}

/** Returns true where a regular expression of the glob matches the path in time. Each repeated part may try every place. */
export function isQuick(glob: string, path: string): boolean {
  return !repeatsGroup(glob) && path.length ** repeatsOf(glob) <= MOST_STEPS;
}

function repeatsOf(glob: string): number {
  return glob.match(/[*+]+/g)?.length ?? 0;
}

/** Only the last star ever has to take more: what came before it fits already. */
function fits<One>(
  pattern: readonly One[],
  parts: readonly string[],
  isStar: (one: One) => boolean,
  same: (expected: One, found: string) => boolean,
): boolean {
  let at = 0;
  let star = -1;
  let taken = 0;
  let i = 0;
  while (i < parts.length) {
    const expected = pattern[at];
    if (expected !== undefined && isStar(expected)) {
      star = at;
      taken = i;
      at += 1;
    } else if (expected !== undefined && same(expected, parts[i] ?? "")) {
      at += 1;
      i += 1;
    } else if (star >= 0) {
      taken += 1;
      i = taken;
      at = star + 1;
    } else return false;
  }
  return pattern.slice(at).every(isStar);
}
