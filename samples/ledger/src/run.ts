import { readLedger } from "./ledger.ts";
import type { Options } from "./options.ts";
import { report } from "./report.ts";

/** What `ledger` prints for a ledger's text. */
export function run(text: string, options: Options): string {
  let entries = readLedger(text);
  if (!options.all) entries = entries.filter((entry) => !entry.pending);
  return report(entries);
}
