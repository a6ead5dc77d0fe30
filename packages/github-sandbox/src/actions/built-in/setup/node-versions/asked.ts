/** Reads which Node.js a workflow asks for, in the words that actions/setup-node accepts. */
import { isInRange } from "../version-range.ts";

/** https://github.com/nodejs/release#release-schedule */
const longTerm = [
  "argon",
  "boron",
  "carbon",
  "dubnium",
  "erbium",
  "fermium",
  "gallium",
  "hydrogen",
  "iron",
  "jod",
  "krypton",
];

/** True for words that mean the latest version or the current LTS. The version of this machine counts as both. */
export function isNewest(asked: string): boolean {
  return /^(|latest|node|current|\*|x|lts|lts\/\*)$/i.test(asked);
}

/** Returns the range of versions; null when no published version can meet the words, such as `20-nightly`. */
export function rangeOf(asked: string, present: string): string | null {
  if (isNewest(asked)) return "*";
  const codename = /^lts\/([a-z]+)$/i.exec(asked)?.[1]?.toLowerCase();
  if (codename !== undefined) {
    const index = longTerm.indexOf(codename);
    return index < 0 ? null : String(4 + 2 * index);
  }
  const back = /^lts\/-(\d+)$/i.exec(asked)?.[1];
  if (back !== undefined) return String(2 * Math.floor(Number.parseInt(present, 10) / 2) - 2 * Number(back));
  return /^[\d\s.xX*^~<>=|v-]+$/.test(asked) && !/\d-\d/.test(asked) ? asked : null;
}

export function satisfies(asked: string, version: string, present: string): boolean {
  const range = rangeOf(asked, present);
  return range !== null && (range === "*" || isInRange(range, version));
}
