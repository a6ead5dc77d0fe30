/** What must not be in a file that an agent hands in. */

/** Kinds of secrets by their published prefixes and armour, specific enough not to hit ordinary code. */
const secrets: [RegExp, string][] = [
  [/-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s+[A-Za-z0-9+/]/, "contains a private key"],
  [/\bgh[pousr]_[A-Za-z0-9]{36,}\b/, "contains a GitHub token"],
  [/\bgithub_pat_[A-Za-z0-9_]{60,}\b/, "contains a GitHub token"],
  [/\bsk-ant-[A-Za-z0-9_-]{24,}\b/, "contains an Anthropic API key"],
  [/\bAKIA[0-9A-Z]{16}\b/, "contains an AWS access key"],
  [/\bxox[baprs]-[A-Za-z0-9-]{20,}\b/, "contains a Slack token"],
];

/** null: nothing found. Binary content is not searched for conflict markers, which git never puts there. */
export function findingOf(content: Uint8Array): string | null {
  const text = new TextDecoder("utf-8", { fatal: false }).decode(content);
  if (/^<{7} /m.test(text) && /^>{7} /m.test(text)) return "still has conflict markers";
  for (const [pattern, finding] of secrets) if (pattern.test(text)) return finding;
  return null;
}
