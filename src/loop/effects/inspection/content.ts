/** Finds what must not be in a file that an agent hands in. Secrets are the scanner's. */
import { isLfsPointer } from "../../../core/promotion/attributes.ts";
import type { FileFinding } from "../../../core/promotion/violation.ts";

/** Examines a file's content. null: nothing found. Git never puts conflict markers into binary files. */
export function findingOf(content: Uint8Array): FileFinding | null {
  const text = new TextDecoder("utf-8", { fatal: false }).decode(content);
  if (isLfsPointer(text)) return "stored-by-lfs";
  if (/^<{7} /m.test(text) && /^>{7} /m.test(text)) return "conflict-markers";
  return null;
}
