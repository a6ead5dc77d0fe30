/**
 * The blocks of a Markdown text, as GitHub sees them. What stands within a line is left as it was written: a parser's time
 * grows with the square of some texts' depth and emphasis, and anybody may write those.
 */
import type { Root } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";

/** Everything within a line but the box of a task list. */
const INLINE = [
  "attention",
  "autolink",
  "characterEscape",
  "characterReference",
  "codeText",
  "definition",
  "emailAutolink",
  "gfmFootnoteCall",
  "gfmFootnoteDefinition",
  "gfmPotentialFootnoteCall",
  "hardBreakEscape",
  "htmlText",
  "labelEnd",
  "labelStartImage",
  "labelStartLink",
  "protocolAutolink",
  "strikethrough",
  "wwwAutolink",
];

/** Lists are read so far; the time for texts of many short lines grows with the square of their number. */
export const MAX_LINES = 2_000;
const MAX_CHARACTERS = 200_000;

/** Twenty quotes or lists within each other, or what only lies that deep: nobody means that. */
const TOO_DEEP = /^(?:(?:[ \t]*(?:>|[-+*]|\d{1,9}[.)])){20}|[ \t]{60}).*$/gm;

/** Positions are those of the text given. What lies behind the limits is left out. */
export function blocksOf(text: string): Root {
  const read = text.slice(0, MAX_CHARACTERS).split("\n").slice(0, MAX_LINES).join("\n");
  const shallow = read.replace(TOO_DEEP, (line) => " ".repeat(line.length));
  return fromMarkdown(shallow, {
    extensions: [gfm(), { disable: { null: INLINE } }],
    mdastExtensions: [gfmFromMarkdown()],
  });
}
