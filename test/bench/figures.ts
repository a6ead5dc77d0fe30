/** What a benchmark says: figures, some of them with a target to reach. */

export interface Figure {
  name: string;
  value: number;
  /** Digits after the point. */
  digits: number;
  unit: string;
  target: { atMost: number } | { atLeast: number } | null;
}

/** Lines before the figures: what was measured, and what is only there for comparison. */
export interface Report {
  name: string;
  notes: string[];
  figures: Figure[];
}

/** A ratio or a share that should be small. */
export function atMost(name: string, value: number, most: number, unit = ""): Figure {
  return { name, value, digits: unit === "" ? 3 : 2, unit, target: { atMost: most } };
}

export function atLeast(name: string, value: number, least: number, unit: string): Figure {
  return { name, value, digits: 0, unit, target: { atLeast: least } };
}

/** For comparison only. */
export function shown(name: string, value: number, unit = ""): Figure {
  return { name, value, digits: unit === "" ? 3 : 2, unit, target: null };
}

export function reached({ value, target }: Figure): boolean {
  if (target === null) return true;
  return "atMost" in target ? value <= target.atMost : value >= target.atLeast;
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The value that `share` (0 to 1) of the values do not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export function write(report: Report): string {
  const width = Math.max(...report.figures.map((figure) => figure.name.length), 0);
  const figures = report.figures.map((figure) => {
    const { target } = figure;
    const unit = figure.unit === "" ? "" : ` ${figure.unit}`;
    const value = `${figure.name.padEnd(width)}  ${figure.value.toFixed(figure.digits).padStart(8)}${unit}`;
    if (target === null) return `  ${value}`;
    const [bound, limit] = "atMost" in target ? ["at most", target.atMost] : ["at least", target.atLeast];
    const wanted = `${bound} ${Number(limit.toFixed(3))}`;
    return `  ${value}  (${wanted}${unit}: ${reached(figure) ? "reached" : "MISSED"})`;
  });
  return [`## ${report.name}`, ...report.notes.map((note) => `  ${note}`), ...figures].join("\n");
}
