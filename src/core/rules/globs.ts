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

/**
 * The steps that one judgement may still take. A matcher subtracts what it took, since what a glob costs on a path is seen only
 * afterwards. The caller asks before each path whether any are left.
 */
export interface Steps {
  left: number;
}

/** Steps of one judgement, which may have thousands of paths and globs: about a second of a busy machine. */
const MOST_STEPS_TOGETHER = 50_000_000;

export function stepsOfJudgement(): Steps {
  return { left: MOST_STEPS_TOGETHER };
}

type Matcher = (text: string, steps?: Steps) => boolean;

/** Matches a simple glob. */
export function globMatches(glob: string, path: string): boolean {
  return matcherOfSimple(glob)(path);
}

/** Prepares a simple glob for many paths. Most are one name at any depth, which needs no walk over the segments. */
export function matcherOfSimple(glob: string): Matcher {
  const [, name, below] = /^\*\*\/([^*?]+?)(\/\*\*)?$/.exec(glob) ?? [];
  if (name !== undefined) {
    const matches = (path: string) =>
      below === undefined ? path === name || path.endsWith(`/${name}`) : `/${path}/`.includes(`/${name}/`);
    return (path, steps) => {
      if (steps !== undefined) steps.left -= path.length / CHARACTERS_A_STEP;
      return matches(path);
    };
  }
  const segments = glob.split("/").map((segment) => (segment === "**" ? null : compileSegment(segment)));
  const isStar = (segment: Matcher | null) => segment === null;
  return (path, steps) => {
    const same = (segment: Matcher | null, part: string) => segment?.(part, steps) === true;
    return fits(segments, path.split("/"), isStar, same, steps);
  };
}

/** Characters that a search for a text passes in the time of one step. */
const CHARACTERS_A_STEP = 32;

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
  return (name, steps) => fits(characters, [...name], isStar, same, steps);
}

/** Tries of a regular expression on one path: about a millisecond. */
const MOST_TRIES = 1_000_000;
/** Tries in the time of one step: the slowest of the expressions that were measured takes a quarter of a nanosecond for a try. */
const TRIES_A_STEP = 32;

/** Matches by a regular expression of the glob. Nothing counts its steps, so that the most possible ones are subtracted. */
export function matcherOfRegular(glob: string, matches: (path: string) => boolean, ifSlow: boolean): Matcher {
  return (path, steps) => {
    if (!isQuick(glob, path)) return ifSlow;
    if (steps !== undefined) steps.left -= path.length + path.length ** repeatsOf(glob) / TRIES_A_STEP;
    return matches(path);
  };
}

/** Finds a repeated group, for which a regular expression tries far more than every place. */
export function repeatsGroup(glob: string): boolean {
  return /[+*]\(|[)}]\+/.test(glob);
}

/** Returns true where a regular expression of the glob matches the path in time. Each repeated part may try every place. */
function isQuick(glob: string, path: string): boolean {
  return !repeatsGroup(glob) && path.length ** repeatsOf(glob) <= MOST_TRIES;
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
  steps: Steps | undefined,
): boolean {
  let taking = parts.length;
  const end = (does: boolean) => {
    if (steps !== undefined) steps.left -= taking;
    return does;
  };
  let at = 0;
  let star = -1;
  let taken = 0;
  let i = 0;
  while (i < parts.length) {
    taking += 1;
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
    } else return end(false);
  }
  return end(pattern.slice(at).every(isStar));
}
