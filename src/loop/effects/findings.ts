/** What must not be in a file that an agent hands in. */
import { posix } from "node:path";

/** Stands for the checkout's root. */
const ROOT = "/checkout";

/** Kinds of secrets by their published prefixes and armour, specific enough not to hit ordinary code. */
const secrets: [RegExp, string][] = [
  [/-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s+[A-Za-z0-9+/]/, "contains a private key"],
  [/\bgh[pousr]_[A-Za-z0-9]{36,}\b/, "contains a GitHub token"],
  [/\bgithub_pat_[A-Za-z0-9_]{60,}\b/, "contains a GitHub token"],
  [/\bsk-ant-[A-Za-z0-9_-]{24,}\b/, "contains an Anthropic API key"],
  [/\bAKIA[0-9A-Z]{16}\b/, "contains an AWS access key"],
  [/\bxox[baprs]-[A-Za-z0-9-]{20,}\b/, "contains a Slack token"],
];

/** A link's content is its target. null: it stays inside the repository. */
export function findingOfLink(path: string, content: Uint8Array): string | null {
  const target = new TextDecoder().decode(content);
  const inside = posix.join(ROOT, posix.dirname(path), target);
  // Leaving and coming back by the checkout's own name works on one machine only.
  const climbs =
    target.split("/").filter((part) => part === "..").length >
    posix
      .dirname(path)
      .split("/")
      .filter((part) => part !== ".").length;
  if (posix.isAbsolute(target) || climbs || !(inside === ROOT || inside.startsWith(`${ROOT}/`))) {
    return "is a symbolic link that leads outside the repository";
  }
  return null;
}

/** null: nothing found. Binary content is not searched for conflict markers, which git never puts there. */
export function findingOf(content: Uint8Array): string | null {
  const text = new TextDecoder("utf-8", { fatal: false }).decode(content);
  if (/^<{7} /m.test(text) && /^>{7} /m.test(text)) return "still has conflict markers";
  for (const [pattern, finding] of secrets) if (pattern.test(text)) return finding;
  return null;
}
