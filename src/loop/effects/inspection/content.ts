/** Finds what must not be in a file that an agent hands in. */
import { isLfsPointer } from "../../../core/promotion/attributes.ts";
import type { FileFinding } from "../../../core/promotion/violation.ts";

/** Kinds of secrets by their published prefixes and armour, specific enough not to hit ordinary code. */
const secrets: [RegExp, FileFinding][] = [
  [/-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s+[A-Za-z0-9+/]/, "private-key"],
  [/\bgh[pousr]_[A-Za-z0-9]{36,}\b/, "github-token"],
  [/\bgithub_pat_[A-Za-z0-9_]{60,}\b/, "github-token"],
  [/\bsk-ant-[A-Za-z0-9_-]{24,}\b/, "anthropic-key"],
  [/\bAKIA[0-9A-Z]{16}\b/, "aws-key"],
  [/\bxox[baprs]-[A-Za-z0-9-]{20,}\b/, "slack-token"],
];

/** Examines a file's content. null: nothing found. Git never puts conflict markers into binary files. */
export function findingOf(content: Uint8Array): FileFinding | null {
  const text = new TextDecoder("utf-8", { fatal: false }).decode(content);
  if (isLfsPointer(text)) return "stored-by-lfs";
  if (/^<{7} /m.test(text) && /^>{7} /m.test(text)) return "conflict-markers";
  for (const [pattern, finding] of secrets) if (pattern.test(text)) return finding;
  return null;
}
