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

/** Matches a simple glob. */
export function globMatches(glob: string, path: string): boolean {
  return fits(glob.split("/"), path.split("/"), (segment) => segment === "**", segmentFits);
}

/** About a millisecond of a regular expression's. */
const MOST_STEPS = 1_000_000;

/** Finds a repeated group, for which a regular expression tries far more than every place. */
export function repeatsGroup(glob: string): boolean {
  return /[+*]\(|[)}]\+/.test(glob);
}

/** Returns true where a regular expression of the glob matches the path in time. Each repeated part may try every place. */
export function isQuick(glob: string, path: string): boolean {
  const repeats = glob.match(/[*+]+/g)?.length ?? 0;
  return !repeatsGroup(glob) && path.length ** repeats <= MOST_STEPS;
}

function segmentFits(pattern: string, name: string): boolean {
  // A star alone is a name, and no name is empty.
  if (pattern === "*") return name !== "";
  const same = (expected: string, found: string) => expected === "?" || expected === found;
  return fits([...pattern], [...name], (character) => character === "*", same);
}

/** Only the last star ever has to take more: what came before it fits already. */
function fits(
  pattern: readonly string[],
  parts: readonly string[],
  isStar: (one: string) => boolean,
  same: (expected: string, found: string) => boolean,
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
