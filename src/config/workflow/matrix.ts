/** Expands the matrix of a job as far as the file shows it. */
import { expressionsIn, type MatrixValues } from "./expressions.ts";

type Combination = Readonly<Record<string, unknown>>;

/** GitHub runs no more jobs of one matrix. */
const MAX_COMBINATIONS = 256;

/** Returns every value that the matrix may have at the keys. Leaves nothing out: what `exclude` drops is among them. */
export function valuesIn(matrix: unknown): MatrixValues {
  return (keys) => {
    const [first, ...below] = keys;
    if (first === undefined || !isMapping(matrix)) return null;
    const own = Object.hasOwn(matrix, first) ? matrix[first] : [];
    const { include = [] } = matrix;
    if (!Array.isArray(own) || !Array.isArray(include)) return null;
    const added = include.flatMap((entry: unknown) =>
      isMapping(entry) && Object.hasOwn(entry, first) ? [entry[first]] : [],
    );
    const values = [...own, ...added].map((value: unknown) => at(value, below));
    const isShown = include.every(isMapping) && !values.some((value) => value === undefined || holdsExpression(value));
    return isShown && values.length > 0 ? values : null;
  };
}

/** Returns the combinations that the matrix makes jobs of; null: the file does not show them all. */
export function combinationsOf(matrix: unknown): Combination[] | null {
  if (!isMapping(matrix) || holdsExpression(matrix)) return null;
  const { include = [], exclude = [], ...axes } = matrix;
  if (!isMappings(include) || !isMappings(exclude)) return null;
  const names = Object.keys(axes);
  let made: Combination[] = names.length === 0 ? [] : [{}];
  for (const name of names) {
    const values = axes[name];
    if (!Array.isArray(values)) return null;
    made = made.flatMap((one) => values.map((value: unknown) => ({ ...one, [name]: value })));
    if (made.length > MAX_COMBINATIONS) return null;
  }
  const kept = made.filter((one) => !exclude.some((entry) => agrees(one, entry, Object.keys(entry))));
  return withIncluded(kept, include, names);
}

/** An entry of `include` extends the combinations whose axes it leaves as they are, and is a job of its own where there are none. */
function withIncluded(kept: Combination[], include: readonly Combination[], axes: readonly string[]): Combination[] {
  let extended = kept;
  const own: Combination[] = [];
  for (const entry of include) {
    const fits = (one: Combination) =>
      agrees(
        one,
        entry,
        axes.filter((axis) => Object.hasOwn(entry, axis)),
      );
    if (kept.length > 0 && kept.some(fits)) {
      extended = extended.map((one, index) => (fits(kept[index] ?? one) ? { ...one, ...entry } : one));
    } else own.push(entry);
  }
  return [...extended, ...own];
}

function agrees(one: Combination, entry: Combination, keys: readonly string[]): boolean {
  return keys.every((key) => JSON.stringify(one[key]) === JSON.stringify(entry[key]));
}

export function at(value: unknown, keys: readonly string[]): unknown {
  return keys.reduce<unknown>(
    (held, key) => (isMapping(held) && Object.hasOwn(held, key) ? held[key] : undefined),
    value,
  );
}

function holdsExpression(value: unknown): boolean {
  // Aliases may have a value hold itself.
  try {
    const [found] = expressionsIn(JSON.stringify(value) ?? "");
    return found !== undefined;
  } catch {
    return true;
  }
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isMappings(value: unknown): value is Record<string, unknown>[] {
  return Array.isArray(value) && value.every(isMapping);
}
