/** Expands `strategy.matrix` into combinations: https://docs.github.com/en/actions/how-tos/write-workflows/choose-what-workflows-do/run-job-variations */
export type Combination = Record<string, unknown>;

export interface Strategy {
  /** Holds one empty combination when there is no matrix. */
  combinations: Combination[];
  failFast: boolean;
  maxParallel: number;
}

/** GitHub's limit on the jobs of one matrix. */
const maxCombinations = 256;

function same(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function product(axes: [string, unknown[]][]): Combination[] {
  let combinations: Combination[] = [{}];
  for (const [axis, values] of axes) {
    combinations = combinations.flatMap((combination) => values.map((value) => ({ ...combination, [axis]: value })));
  }
  return axes.length === 0 ? [] : combinations;
}

/** Adds each entry to the combinations whose axes it does not change, or as a new combination when there are none. */
function include(combinations: Combination[], axes: string[], entries: Combination[]): Combination[] {
  const extended = combinations.map((combination) => ({ ...combination }));
  const added: Combination[] = [];
  for (const entry of entries) {
    const fits = (index: number) =>
      axes.every((axis) => !(axis in entry) || same(entry[axis], combinations[index]?.[axis]));
    const targets = extended.filter((_, index) => fits(index));
    for (const target of targets) Object.assign(target, entry);
    if (targets.length === 0) added.push({ ...entry });
  }
  return [...extended, ...added];
}

/** Reads the evaluated `strategy`. Throws a sentence when there are too many or no combinations. */
export function strategyOf(evaluated: unknown): Strategy {
  const strategy = record(evaluated);
  const failFast = strategy["fail-fast"] !== false;
  const maxParallel = typeof strategy["max-parallel"] === "number" ? strategy["max-parallel"] : maxCombinations;
  if (strategy.matrix === undefined) return { combinations: [{}], failFast, maxParallel };

  const { include: included, exclude: excluded, ...rest } = record(strategy.matrix);
  const axes = Object.entries(rest).map(([axis, values]): [string, unknown[]] => [axis, list(values)]);
  const exclusions = list(excluded).map(record);
  const kept = product(axes).filter(
    (combination) =>
      !exclusions.some((entry) => Object.entries(entry).every(([axis, value]) => same(combination[axis], value))),
  );
  const names = axes.map(([axis]) => axis);
  const combinations = include(kept, names, list(included).map(record));
  if (combinations.length === 0) throw new Error("Matrix vector does not contain any values");
  if (combinations.length > maxCombinations) {
    throw new Error(`The matrix gives ${combinations.length} jobs; at most ${maxCombinations} are allowed`);
  }
  return { combinations, failFast, maxParallel };
}

function leaves(value: unknown): string[] {
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(leaves) : [String(value ?? "")];
}

/** Returns ` (a, b)`, with which GitHub ends the name of a matrix job; "" without a matrix. Leaves empty values out. */
export function combinationSuffix(combination: Combination): string {
  const texts = leaves(combination).filter((text) => text !== "");
  return texts.length === 0 ? "" : ` (${texts.join(", ")})`;
}

/** Returns a key that differs for every combination of a matrix; "" without a matrix. */
export function combinationKey(combination: Combination): string {
  return Object.keys(combination).length === 0 ? "" : ` ${JSON.stringify(combination)}`;
}
