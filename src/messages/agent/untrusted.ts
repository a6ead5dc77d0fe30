/**
 * Prepares strangers' text for a prompt: removes what a person reading it on GitHub would not see, and fences it so that the
 * text cannot close the fence. The fence is a request to the model, not a guard: what the model answers is still only a
 * candidate that the core judges.
 */

import { shownMarkdown } from "./visible/blocks.ts";

const LEFT_OUT = "[HTML comment left out]";

/** Fences a text. `source` names it, such as `issue` or a path. */
export function untrusted(source: string, text: string): string {
  const name = source.replace(/["<>\p{Cc}]/gu, "?");
  return `<untrusted source="${name}">\n${text.trim().replace(/<(\/?)untrusted/gi, "<$1 untrusted")}\n</untrusted>`;
}

/** Removes what GitHub hides in an issue's Markdown, so that a model reads what people see. Leaves marks where it removed something. */
export function visibleMarkdown(markdown: string): string {
  return shownMarkdown(withoutComments(visibleCharacters(markdown)));
}

/**
 * Removes characters that draw nothing. Default-ignorable ones (zero-width, bidirectional, tags, variation selectors) can
 * spell whole sentences. Interlinear marks and control characters draw nothing either, except tab and line feed.
 */
export function visibleCharacters(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?/g, "\n")
    .replace(/[\p{DI}\ufff9-\ufffb\u0000-\u0008\u000b-\u001f\u007f-\u009f]/gu, "");
}

/**
 * Removes HTML comments without parsing Markdown: a parser can be made to disagree with GitHub's about what is hidden, and
 * takes a minute for some texts of an issue's size. So it also removes a comment shown in a code block, and leaves a mark.
 */
function withoutComments(text: string): string {
  const lastEnd = text.lastIndexOf("-->");
  let kept = "";
  let from = 0;
  for (;;) {
    const start = text.indexOf("<!--", from);
    if (start < 0) return kept + text.slice(from);
    if (start < lastEnd) {
      kept += text.slice(from, start) + LEFT_OUT;
      from = text.indexOf("-->", start) + 3;
    } else if (opensLine(text, start)) {
      // Never closed: at the start of a line it hides everything after it, within a line it is shown as it is.
      return kept + text.slice(from, start) + LEFT_OUT;
    } else {
      kept += text.slice(from, start + 4);
      from = start + 4;
    }
  }
}

/** Returns true where only spaces and the marks of quotes and lists precede the position in its line. */
function opensLine(text: string, position: number): boolean {
  return /^[\s>*+\-\d.)]*$/.test(text.slice(text.lastIndexOf("\n", position) + 1, position));
}
