/** Names the checks of a job, as far as its file shows them. */
import { expressionsIn, possibleValues } from "./expressions.ts";
import { at, combinationsOf } from "./matrix.ts";

/** Cuts a name into text and, for each part that only GitHub can fill in, null. */
export function partsOfName(name: string): (string | null)[] {
  const parts: (string | null)[] = [];
  let from = 0;
  for (const { start, end } of expressionsIn(name)) {
    if (start > from) parts.push(name.slice(from, start));
    parts.push(null);
    from = end;
  }
  if (from < name.length) parts.push(name.slice(from));
  return parts;
}

/** Returns the names of all checks that the matrix makes: `name (a, b)`. null: the file does not show them all. */
export function namesOfMatrix(name: string, matrix: unknown): string[] | null {
  const combinations = combinationsOf(matrix);
  if (combinations === null) return null;
  const isTemplate = partsOfName(name).includes(null);
  const names = combinations.map((combination) => {
    if (!isTemplate) return `${name} (${leavesOf(combination).join(", ")})`;
    const [filled, ...more] = possibleValues(name, (keys) => oneOf(at(combination, keys))) ?? [];
    return filled === undefined || more.length > 0 ? null : String(filled);
  });
  return names.every((one) => one !== null) ? names : null;
}

function oneOf(value: unknown): unknown[] | null {
  return value === undefined ? null : [value];
}

/** Combinations hold no value that holds itself: they were written out as JSON. */
function leavesOf(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [String(value ?? "")].filter((text) => text !== "");
  return Object.values(value).flatMap(leavesOf);
}
