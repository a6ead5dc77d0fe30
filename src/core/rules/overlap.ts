/**
 * Judges whether two tasks could change the same file, from the globs that they declare. Errs on the safe side: "no" is
 * certain, "yes" means that nothing rules it out.
 *
 * A glob is widened until it can be compared with any other, one segment of the path at a time:
 * - a segment without special characters is that name;
 * - one with some (`*`, `?`, `[…]`, `{…}`, `(…)` and what goes with them) is any name that begins as it does before the
 *   first of them and ends as it does after the last;
 * - `**` is any number of segments; so is a segment that holds `**` beside something else, and everything from a group on
 *   that reaches over a `/`;
 * - a glob that begins with `!` is everything.
 * A path also stands for all that lies in it, since people write folders as `src` or `src/`. Two globs overlap if some path
 * fits both after that.
 */

type Segment = { kind: "any-number" } | { kind: "name"; name: string } | { kind: "some"; begin: string; end: string };

const ANY_NUMBER: Segment = { kind: "any-number" };

/** Characters that can make a segment mean more than one name. Listing too many is harmless: it only widens the glob. */
const SPECIAL = /[*?[\]{}()|"\\!+]|@(?=\()/g;

/** A glob, cut into what is compared. Parse once and compare often: a plan's globs are compared pair by pair. */
export interface Glob {
  text: string;
  segments: readonly Segment[];
}

export function parseGlob(text: string): Glob {
  return { text, segments: segmentsOf(text) };
}

/** Returns the globs of files that a task may change. A task that declares none may change any, as in the guardrails. */
export function changedBy(declared: readonly string[]): readonly Glob[] {
  return (declared.length === 0 ? ["**"] : declared).map(parseGlob);
}

export function overlaps({ segments: mine }: Glob, { segments: theirs }: Glob): boolean {
  // Most globs are plain paths, which part at some name.
  for (let i = 0; ; i += 1) {
    const [one, other] = [mine[i], theirs[i]];
    if (one?.kind !== "name" || other?.kind !== "name") break;
    if (one.name !== other.name) return false;
  }
  return meet(mine, theirs);
}

/** Returns true where one path could fit a glob of each list. */
export function shareFiles(left: readonly Glob[], right: readonly Glob[]): boolean {
  return left.some((one) => right.some((other) => overlaps(one, other)));
}

/** Returns true where both lists could name a file that a `hot` glob names. */
export function shareHotFiles(left: readonly Glob[], right: readonly Glob[], hot: readonly Glob[]): boolean {
  return hot.some((glob) => {
    const near = (globs: readonly Glob[]) => globs.filter((one) => overlaps(one, glob));
    return shareFiles(near(left), near(right));
  });
}

/** Segments that are compared. Deeper paths count as equal, so that comparing all pairs of a plan stays fast. */
const DEEPEST = 12;

function segmentsOf(glob: string): Segment[] {
  if (glob.startsWith("!")) return [ANY_NUMBER];
  const segments: Segment[] = [];
  for (const part of glob.split("/")) {
    if (part === "" || part === ".") continue;
    if (!isWhole(part) || segments.length === DEEPEST) break;
    const segment = segmentOf(part);
    // Any number of any number is any number.
    if (segment !== ANY_NUMBER || segments.at(-1) !== ANY_NUMBER) segments.push(segment);
  }
  return segments.at(-1) === ANY_NUMBER ? segments : [...segments, ANY_NUMBER];
}

/** Returns true where every group that begins in this segment ends in it. */
function isWhole(part: string): boolean {
  return ["[]", "{}", "()"].every(([open, close]) => part.split(open!).length === part.split(close!).length);
}

function segmentOf(part: string): Segment {
  if (part.includes("**")) return ANY_NUMBER;
  const special = [...part.matchAll(SPECIAL)].map((match) => match.index);
  const [first, last] = [special[0], special.at(-1)];
  if (first === undefined || last === undefined) return { kind: "name", name: part };
  return { kind: "some", begin: part.slice(0, first), end: part.slice(last + 1) };
}

/** Returns true where some path fits both. `fits[j]`: what is left of `left` at this point and `right` from its segment `j` on. */
function meet(left: readonly Segment[], right: readonly Segment[]): boolean {
  let after: boolean[] = [];
  for (let i = left.length; i >= 0; i -= 1) {
    const fits: boolean[] = [];
    for (let j = right.length; j >= 0; j -= 1) {
      const mine = left[i];
      const other = right[j];
      if (mine === undefined && other === undefined) fits[j] = true;
      else if (mine?.kind === "any-number") fits[j] = after[j] === true || fits[j + 1] === true;
      else if (other?.kind === "any-number") fits[j] = fits[j + 1] === true || after[j] === true;
      else fits[j] = mine !== undefined && other !== undefined && after[j + 1] === true && sameName(mine, other);
    }
    after = fits;
  }
  return after[0] === true;
}

function sameName(left: Segment, right: Segment): boolean {
  if (left.kind === "any-number" || right.kind === "any-number") return true;
  if (left.kind === "name") return right.kind === "name" ? left.name === right.name : isSome(left.name, right);
  if (right.kind === "name") return isSome(right.name, left);
  const begins = left.begin.startsWith(right.begin) || right.begin.startsWith(left.begin);
  return begins && (left.end.endsWith(right.end) || right.end.endsWith(left.end));
}

function isSome(name: string, { begin, end }: { begin: string; end: string }): boolean {
  return name.length >= begin.length + end.length && name.startsWith(begin) && name.endsWith(end);
}
