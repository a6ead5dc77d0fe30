/**
 * Converts Markdown as GitHub does: GFM, the HTML that GitHub allows, and then GitHub's additions. The sanitiser runs
 * before the additions. So only the additions can carry classes and hooks for scripts. Run it in the worker
 * (`worker.ts`): time and memory grow with the square of deeply nested text.
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

/** In a comment a line break stays a line break, in a file it does not. */
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
