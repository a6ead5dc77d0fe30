/**
 * Leaves out of Markdown what GitHub does not show. Works line by line and never needs to agree with a parser: only a fence that
 * every parser sees keeps its text, and whatever may be hidden goes.
 */

import { definitionsIn, withoutDefinitions } from "./definitions.ts";
import { withoutHiddenInlines } from "./inlines.ts";
import { closedBy, HIDDEN_MARK, type Skipping } from "./mark.ts";
import { withinColumns } from "./tables.ts";

const FENCE = /^( {0,3})(`{3,}|~{3,})([^`\n]*)$/;
/** Blocks of HTML that empty lines do not end. */
const RAW = /^[\s>*+\-\d.)]*<(pre|script|style|textarea)\b/i;

export function shownMarkdown(markdown: string): string {
  const lines = markdown.split("\n");
  const known = definitionsIn(markdown);
  const skipping: Skipping = { until: null };
  const shown: string[] = [];
  let chunk: string[] = [];
  let inHtml = false;
  let raw: Skipping["until"] = null;
  const flush = () => {
    if (chunk.length > 0) shown.push(...shownChunk(chunk, known, skipping, inHtml || raw !== null));
    chunk = [];
    inHtml = false;
  };
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    const fence = raw === null && !inHtml ? FENCE.exec(line) : null;
    // The text before it may open something that hides it.
    if (fence !== null) flush();
    if (fence !== null && skipping.until === null) {
      const end = endOfFence(lines, at, fence[1] ?? "", fence[2] ?? "");
      shown.push(...shownFence(lines.slice(at, end), fence));
      at = end - 1;
      continue;
    }
    if (line.trim() === "" && raw === null) {
      flush();
      shown.push(line);
      continue;
    }
    chunk.push(line);
    inHtml ||= isHtml(line);
    const opened = RAW.exec(line)?.[1];
    if (opened !== undefined) raw = closedBy(opened.toLowerCase());
    if (raw !== null && raw(line) !== null) {
      flush();
      raw = null;
    }
  }
  flush();
  return shown.join("\n");
}

function isHtml(line: string): boolean {
  return /^[\s>*+\-\d.)]*<[a-z/!?]/i.test(line) && !/^[\s>*+\-\d.)]*<https?:/i.test(line);
}

/** A fence within a list item ends with the item, whose lines are indented as far. */
function endOfFence(lines: readonly string[], start: number, indent: string, fence: string): number {
  for (let at = start + 1; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    const closing = /^ {0,3}(`{3,}|~{3,})\s*$/.exec(line)?.[1] ?? "";
    if (closing.startsWith(fence)) return at + 1;
    if (line.trim() !== "" && !line.startsWith(indent)) return at;
  }
  return lines.length;
}

/** GitHub shows the language at most, and draws diagrams without their comments. */
function shownFence(lines: readonly string[], [, indent = "", fence = "", info = ""]: RegExpExecArray): string[] {
  const language = /^\s*([\w+#.-]{1,20})/.exec(info)?.[1] ?? "";
  const isDrawn = /^(?:mermaid|math)$/i.test(language);
  const body = lines.slice(1);
  return [`${indent}${fence}${language}`, ...(isDrawn ? body.filter((line) => !/^\s*%/.test(line)) : body)];
}

function shownChunk(
  chunk: readonly string[],
  known: ReadonlySet<string>,
  skipping: Skipping,
  isHtmlBlock: boolean,
): string[] {
  const text = withinColumns(withoutDefinitions(chunk, known)).join("\n");
  const visible = withoutHiddenInlines(text, known, skipping, isHtmlBlock);
  return visible === "" && text !== "" ? [HIDDEN_MARK] : visible.split("\n");
}
