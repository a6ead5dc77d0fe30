/**
 * Merges two changes of one file line by line, as git does. Changes that overlap or touch conflict, unless they are
 * equal.
 */
import { diff3MergeRegions } from "node-diff3";

/** Limits the steps of one diff. Agents write these files, and the search is quadratic where lines repeat. */
const MAX_STEPS = 10_000_000;
/** Git takes a file for binary when these first bytes contain a NUL. */
const BINARY_HEAD = 8_000;

/** unknown: the search would take too long. */
export type LineMerge = "clean" | "conflict" | "unknown";

export function mergeLines(base: Uint8Array, ours: Uint8Array, theirs: Uint8Array): LineMerge {
  if ([base, ours, theirs].some(isBinary)) return "conflict";
  const numbers = new Map<string, number>();
  const [o, a, b] = withoutCommonEnds([base, ours, theirs].map((bytes) => numbered(bytes, numbers)));
  if (o.length * Math.max(a.length, b.length) > MAX_STEPS) return "unknown";
  const clashes = diff3MergeRegions(a, o, b).some(
    (region) => !region.stable && !equal(region.aContent, region.bContent),
  );
  return clashes ? "conflict" : "clean";
}

function isBinary(bytes: Uint8Array): boolean {
  return bytes.subarray(0, BINARY_HEAD).includes(0);
}

/** Maps each line, with its line ending, to a number. A last line without an ending gets a number of its own. */
function numbered(bytes: Uint8Array, numbers: Map<string, number>): number[] {
  const text = Buffer.from(bytes).toString("latin1");
  return (text === "" ? [] : text.split(/(?<=\n)/)).map((line) => {
    const known = numbers.get(line);
    if (known !== undefined) return known;
    numbers.set(line, numbers.size);
    return numbers.size - 1;
  });
}

function withoutCommonEnds(sides: number[][]): [number[], number[], number[]] {
  const [o = [], a = [], b = []] = sides;
  const shortest = Math.min(o.length, a.length, b.length);
  let start = 0;
  while (start < shortest && o[start] === a[start] && o[start] === b[start]) start += 1;
  let end = 0;
  while (end < shortest - start && o.at(-1 - end) === a.at(-1 - end) && o.at(-1 - end) === b.at(-1 - end)) end += 1;
  const middle = (side: number[]) => side.slice(start, side.length - end);
  return [middle(o), middle(a), middle(b)];
}

function equal(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((line, index) => line === right[index]);
}
