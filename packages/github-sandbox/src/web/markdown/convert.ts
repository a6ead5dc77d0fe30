/**
 * Markdown as GitHub shows it: GFM, the HTML that GitHub lets through and no other, and then GitHub's own additions. What is
 * written by people passes the sanitiser; only what is added after it, here, may carry classes and scripts' hooks. It runs
 * in a thread of its own (`worker.ts`), since time and memory grow with the square of a text's tangle.
 * https://github.github.com/gfm/
 */
import type { Nodes as Hast, Root } from "hast";
import { raw as parseHtml } from "hast-util-raw";
import { sanitize } from "hast-util-sanitize";
import { toHtml } from "hast-util-to-html";
import type { Nodes as Mdast, PhrasingContent } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { toHast } from "mdast-util-to-hast";
import { gfm } from "micromark-extension-gfm";
import { type Meaning, withAdditions } from "./additions.ts";

/** A comment's every line break counts; a file's do not. */
export type TextKind = "comment" | "file";

export interface Text {
  text: string;
  kind: TextKind;
  meaning: Meaning;
}

export function toPage({ text, kind, meaning }: Text): string {
  const parsed = fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
  if (kind === "comment") keepLineBreaks(parsed);
  const dangerous = parseHtml(toHast(parsed, { allowDangerousHtml: true, clobberPrefix: "" }) as Hast);
  // The default schema is GitHub's list: https://github.com/syntax-tree/hast-util-sanitize#defaultschema
  const safe = sanitize(dangerous) as Root;
  withAdditions(safe, meaning);
  return toHtml(safe);
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
