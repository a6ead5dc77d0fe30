/** Parses numbers and words in flags. */
import { BadInput } from "./bad-input.ts";

export const PORT = { least: 0, most: 65_535 };

/** @throws BadInput naming the flag and its allowed values */
export function wholeNumber(
  flag: string,
  given: string | undefined,
  range: { least: number; most: number },
): number | null {
  if (given === undefined) return null;
  const value = /^\d{1,9}$/.test(given) ? Number(given) : Number.NaN;
  if (value >= range.least && value <= range.most) return value;
  throw new BadInput(`--${flag}: '${given}' is not a whole number from ${range.least} to ${range.most}`);
}

/** @throws BadInput naming the flag and its allowed values */
export function oneOf<Word extends string>(
  flag: string,
  given: string | undefined,
  words: readonly Word[],
): Word | null {
  if (given === undefined) return null;
  const found = words.find((word) => word === given);
  if (found !== undefined) return found;
  throw new BadInput(`--${flag}: '${given}' is none of ${words.join(", ")}`);
}
