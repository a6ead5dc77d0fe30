/** Leaves out definitions of links, which GitHub never shows, and footnotes that no text refers to. */
import { HIDDEN_MARK } from "./mark.ts";

/** All begin with what may stand before: marks of quotes and lists. Bounded, since anybody writes the lines. */
const LINK =
  /^[ \t>]{0,60}(?:(?:[-+*]|\d{1,9}[.)])[ \t]{1,20}){0,20}[ \t>]{0,60}\[((?:[^[\]\\]|\\.){1,999})\]:[ \t]*(?:(?:<[^<>\n]*>|[^\s<]\S*)[ \t]*)?(["'(].*)?$/;
const LABELLED = /^[ \t>]{0,60}(?:(?:[-+*]|\d{1,9}[.)])[ \t]{1,20}){0,20}[ \t>]{0,60}\[(?:[^[\]\\]|\\.){1,999}\]:/;
const FOOTNOTE = /^[ \t>]{0,60}(?:(?:[-+*]|\d{1,9}[.)])[ \t]{1,20}){0,20}[ \t>]{0,60}\[\^([^\]\s]{1,999})\]:/;
const DESTINATION = /^(?:<[^<>\n]*>|[^\s<]\S*)/;

/** Returns the labels of all links that the text defines, and those of its footnotes with `^` before. */
export function definitionsIn(markdown: string): ReadonlySet<string> {
  const labels = new Set<string>();
  for (const line of markdown.split("\n")) {
    const footnote = FOOTNOTE.exec(line)?.[1];
    const link = footnote === undefined ? LINK.exec(line)?.[1] : undefined;
    if (link !== undefined) labels.add(labelOf(link));
  }
  for (const [, name = ""] of markdown.matchAll(/\[\^([^\]\s]{1,999})\](?!:)/g)) labels.add(`^${name.toLowerCase()}`);
  return labels;
}

export function labelOf(text: string): string {
  return text.trim().replace(/\s+/g, " ").toLowerCase();
}

/** Takes the lines of one block, between empty ones. */
export function withoutDefinitions(lines: readonly string[], known: ReadonlySet<string>): string[] {
  const shown: string[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    const footnote = FOOTNOTE.exec(line)?.[1];
    if (footnote !== undefined) {
      if (known.has(`^${footnote.toLowerCase()}`)) {
        shown.push(line);
        continue;
      }
      shown.push(HIDDEN_MARK);
      // All that follows without an empty line belongs to it.
      at = lines.length;
    } else if (LINK.test(line)) {
      shown.push(HIDDEN_MARK);
      at = endOfDefinition(lines, at) - 1;
    } else shown.push(line);
  }
  return shown;
}

/** Its address and its title may stand on lines of their own, and the title on several. */
function endOfDefinition(lines: readonly string[], start: number): number {
  let at = start;
  let rest = (lines[at] ?? "").replace(LABELLED, "").trim();
  if (rest === "") {
    at += 1;
    rest = (lines[at] ?? "").trim();
  }
  let title = rest.replace(DESTINATION, "").trim();
  if (title === "" && /^[\s>]*["'(]/.test(lines[at + 1] ?? "")) {
    at += 1;
    title = (lines[at] ?? "").replace(/^[\s>]*/, "").trim();
  }
  if (title === "") return at + 1;
  const end = title.startsWith("(") ? ")" : title.charAt(0);
  while (at < lines.length && !(title.length > 1 && title.endsWith(end))) {
    at += 1;
    title = `-${(lines[at] ?? "").trim()}`;
  }
  return at + 1;
}
