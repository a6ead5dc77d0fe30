/** Bounds the names that a feature keeps: anybody who may change a workflow chooses them. */
const MAX_NAMES = 20;
export const MAX_NAME_CHARACTERS = 200;

export function distinct(names: readonly string[]): string[] {
  const sorted = [...new Set(names)].sort();
  return sorted.slice(0, MAX_NAMES).map((name) => name.slice(0, MAX_NAME_CHARACTERS).toWellFormed());
}
