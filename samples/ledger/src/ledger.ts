import { type Entry, parseEntry } from "./entry.ts";

/** Reads a whole ledger. Throws with the number of the first line that cannot be read. */
export function readLedger(text: string): Entry[] {
  const entries: Entry[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "" || line.trimStart().startsWith("#")) continue;
    try {
      entries.push(parseEntry(line));
    } catch (error) {
      throw new Error(`line ${index + 1}: ${(error as Error).message}`);
    }
  }
  return entries;
}
