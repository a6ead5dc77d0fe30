/** Prints the tables and the totals. */
import type { Row } from "./judge/verdict.ts";

export function table(title: string, counted: string, rows: readonly Row[]): string {
  const lines = rows.map((row) => [
    row.name,
    String(row.count),
    [...row.statuses].sort().join(" "),
    row.count === 0 ? "not exercised" : `${row.valid}/${row.count} valid`,
    first(row),
  ]);
  const all = [[title, counted, "statuses", "verdict", "first error"], ...lines].map((line) =>
    rows.some((row) => row.statuses.length > 0) ? line : line.filter((_, index) => index !== 2),
  );
  const widths = (all[0] ?? []).map((_, column) => Math.max(...all.map((line) => line[column]?.length ?? 0)));
  return all
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function first({ complaints }: Row): string {
  const [complaint = "", ...others] = complaints;
  return others.length === 0 ? complaint : `${complaint} (+${others.length})`;
}

export function isValid(row: Row): boolean {
  return row.count > 0 && row.valid === row.count;
}

export function total(what: string, rows: readonly Row[]): string {
  const valid = rows.filter(isValid).length;
  const idle = rows.filter((row) => row.count === 0).length;
  const seen = rows.reduce((sum, row) => sum + row.count, 0);
  return `${what}: ${valid} of ${rows.length} valid, ${idle} not exercised, ${seen} seen`;
}
