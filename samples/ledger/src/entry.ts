import { parseCents } from "./money.ts";

/** One thing that was paid, or will be when it is pending. */
export interface Entry {
  /** ISO date. Dates compare as texts. */
  date: string;
  category: string;
  cents: number;
  pending: boolean;
  note: string;
}

/** Reads `2026-03-09 travel 61.90? Train to Ghent`. Throws when the line has another form. */
export function parseEntry(line: string): Entry {
  const match = /^(\d{4}-\d\d-\d\d)\s+(\S+)\s+([^\s?]+)(\?)?(?:\s+(.*))?$/.exec(line.trim());
  if (match === null) throw new Error(`'${line}' is not an entry`);
  const [, date = "", category = "", amount = "", mark, note = ""] = match;
  return { date, category, cents: parseCents(amount), pending: mark !== undefined, note };
}
