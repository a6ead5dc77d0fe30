import type { Entry } from "./entry.ts";
import { formatCents } from "./money.ts";

/** The total of each category in alphabetical order, then of all. */
export function report(entries: readonly Entry[]): string {
  const totals = new Map<string, number>();
  for (const { category, cents } of entries) totals.set(category, (totals.get(category) ?? 0) + cents);
  const rows = [...totals].sort(([left], [right]) => (left < right ? -1 : 1));
  rows.push(["total", entries.reduce((sum, { cents }) => sum + cents, 0)]);

  const names = Math.max(...rows.map(([name]) => name.length));
  const amounts = Math.max(...rows.map(([, cents]) => formatCents(cents).length));
  return rows.map(([name, cents]) => `${name.padEnd(names)} ${formatCents(cents).padStart(amounts)}\n`).join("");
}
