/**
 * Markdown as GitHub shows it: GFM, the HTML that GitHub lets through and no other, and then GitHub's own additions. What is
 * written by people passes the sanitiser; only what is added after it, here, may carry classes and scripts' hooks.
 * https://github.github.com/gfm/
 */
import type { Nodes as Hast, Root } from "hast";
import { raw as parseHtml } from "hast-util-raw";
import { sanitize } from "hast-util-sanitize";
import { toHtml } from "hast-util-to-html";
import { html, raw } from "hono/html";
import type { Nodes as Mdast, PhrasingContent } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { toHast } from "mdast-util-to-hast";
import { gfm } from "micromark-extension-gfm";
import type { Html } from "../layout.ts";
import { type Place, withAdditions } from "./additions.ts";

/** A comment's every line break counts; a file's do not. */
export type Kind = "comment" | "file";

export function markdown(text: string | null, place: Place, kind: Kind = "comment"): Html {
  if (text === null || text.trim() === "") return html`<p class="quiet">No description.</p>`;
  if (isTooMuch(text)) return html`<pre class="plain">${text}</pre>`;
  try {
    return html`<div class="markdown">${raw(toHtml(tree(text, place, kind)))}</div>`;
  } catch (error) {
    // Nested deeper than the stack reaches.
    if (!(error instanceof RangeError)) throw error;
    return html`<pre class="plain">${text}</pre>`;
  }
}

/**
 * The parser's time grows with the square of a text's depth and of its emphasis, and the API waits meanwhile: such a text
 * is shown as it is written.
 */
function isTooMuch(text: string): boolean {
  const marks = text.length - text.replace(/[*_~]/g, "").length;
  return text.length > 200_000 || marks > 5000 || /^(?:[ \t]*(?:>|[-+*]|\d{1,9}[.)])){100}/m.test(text);
}

function tree(text: string, place: Place, kind: Kind): Root {
  const parsed = fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
  if (kind === "comment") keepLineBreaks(parsed);
  const dangerous = parseHtml(toHast(parsed, { allowDangerousHtml: true, clobberPrefix: "" }) as Hast);
  // The default schema is GitHub's list: https://github.com/syntax-tree/hast-util-sanitize#defaultschema
  const safe = sanitize(dangerous) as Root;
  withAdditions(safe, place);
  return safe;
}

function keepLineBreaks(node: Mdast): void {
  if (!("children" in node)) return;
  for (const child of node.children) keepLineBreaks(child);
  if (!node.children.some((child) => child.type === "text" && child.value.includes("\n"))) return;
  const children = node.children as PhrasingContent[];
  node.children = children.flatMap((child): PhrasingContent[] => {
    if (child.type !== "text") return [child];
    const lines = child.value.split("\n").map((value): PhrasingContent => ({ type: "text", value }));
    return lines.flatMap((line, index) => (index === 0 ? [line] : [{ type: "break" }, line]));
  }) as typeof node.children;
}
