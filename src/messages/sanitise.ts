/**
 * Words of strangers (issues, plans, agents, logs) made harmless where we repeat them. Everything we quote passes through
 * here; what GitHub or a terminal would act on is broken by a character that nobody sees.
 */

import { visibleCharacters } from "./agent/untrusted.ts";

/** Splits `@name`, `#12` and the like without showing. Renovate does the same with the entity `&#8203;`. */
const BREAK = "\u200b";

/** Without what a reader cannot see: HTML comments, invisible and direction-turning characters. Newlines stay. */
export function stripHidden(text: string): string {
  return visibleCharacters(text)
    .replace(/[\u2028\u2029\ufffd]/g, "")
    .replace(/<!--[\s\S]*?-->/g, "");
}

/** At most `limit` characters, ending in "…" if cut; never half a surrogate pair. */
export function truncate(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return `${text.slice(0, Math.max(0, limit - 1)).replace(/[\ud800-\udbff]$/, "")}…`;
}

/** Visible text on one line; no escape sequence of a terminal survives. */
export function oneLine(text: string, limit: number): string {
  return truncate(stripHidden(text).replace(/\s+/g, " ").trim(), limit);
}

/**
 * Markdown that cannot act: closing keywords, mentions, references to issues, images, alerts and HTML lose their effect and keep
 * their looks. https://docs.github.com/en/issues/tracking-your-work-with-issues/using-issues/linking-a-pull-request-to-an-issue
 */
export function defuse(text: string): string {
  return (
    text
      .replace(/&(?=#?\w{1,31};)/g, `&${BREAK}`)
      .replace(/@(?=[\w-])/g, `@${BREAK}`)
      .replace(/#(?=\d)/g, `#${BREAK}`)
      .replace(/\b(gh-)(?=\d)/gi, `$1${BREAK}`)
      // A keyword also takes an issue's address.
      .replace(/\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)(?=\W{1,9}https?:)/gi, splitWord)
      .replaceAll("![", `!${BREAK}[`)
      .replaceAll("[!", `[${BREAK}!`)
      .replace(/<(?=[a-z/!?])/gi, `<${BREAK}`)
  );
}

function splitWord(word: string): string {
  return `${word.slice(0, 1)}${BREAK}${word.slice(1)}`;
}

/** One line of plain words for Markdown: nothing in it formats, links, mentions or ends a table's cell. */
export function plainText(text: string, limit: number): string {
  return defuse(oneLine(text, limit))
    .replace(/:(?=\/\/)|\bwww(?=\.)/gi, `$&${BREAK}`)
    .replace(/[\\`*_[\]~$#]/g, "\\$&")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("|", "&#124;");
}

/** A stranger's Markdown as a quotation: its fences, lists and HTML blocks end where it ends. */
export function quotation(text: string, limit: number): string {
  const lines = defuse(truncate(stripHidden(text).trim(), limit)).split("\n");
  return lines.map((line) => (line === "" ? ">" : `> ${line}`)).join("\n");
}

/** Literal text in backticks, whatever it holds. Not for table cells: there a `|` would still end the cell. */
export function codeSpan(text: string, limit = 300): string {
  // In code GitHub finds no reference, but whatever else reads a pull's body may.
  const literal = oneLine(text, limit).replace(/#(?=\d)/g, `#${BREAK}`);
  const longest = Math.max(0, ...(literal.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  const pad = /^`|`$/.test(literal) || literal === "" ? " " : "";
  return `${fence}${pad}${literal}${pad}${fence}`;
}

/**
 * The inside of a quoted Mermaid label. Mermaid has codes of its own (`#34;`); in quotes a backtick would start Markdown,
 * and its reader is thrown off by `style …:` followed by a code. https://mermaid.js.org/syntax/flowchart.html#entity-codes-to-escape-characters
 */
export function mermaidText(text: string, limit: number): string {
  return oneLine(text, limit).replace(/[^\p{L}\p{M}\p{N}\p{S} .,?!/+=_-]|[<>^`|$~]/gu, (char) => {
    return `#${char.codePointAt(0) ?? 0};`;
  });
}
