/**
 * Text that others wrote, made fit for a prompt: what a person reading it on GitHub would not see is taken out, and a
 * fence that the text cannot close says whose it is. The fence is a request, not a guard: whatever the model makes of
 * the text is still only a candidate that the core judges.
 */

const LEFT_OUT = "[HTML comment left out]";

/** Fences a text. `source` names it, such as `issue` or a path. */
export function untrusted(source: string, text: string): string {
  const name = source.replace(/["<>\p{Cc}]/gu, "?");
  return `<untrusted source="${name}">\n${text.trim().replace(/<(\/?)untrusted/gi, "<$1 untrusted")}\n</untrusted>`;
}

/** An issue's Markdown without what GitHub hides: HTML comments, and characters that have no shape of their own. */
export function visibleMarkdown(markdown: string): string {
  return withoutComments(visibleCharacters(markdown));
}

/**
 * Default-ignorable characters draw nothing: zero-width and bidirectional ones, tags and variation selectors, which can
 * spell whole sentences. Interlinear marks and control characters draw nothing either, but for tab and line feed.
 */
export function visibleCharacters(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?/g, "\n")
    .replace(/[\p{DI}\ufff9-\ufffb\u0000-\u0008\u000b-\u001f\u007f-\u009f]/gu, "");
}

/**
 * Not read as Markdown: a parser that decides what is hidden can be made to disagree with GitHub's, and takes a minute
 * for some texts of an issue's size. So a comment shown in a code block goes as well, and the mark says that it did.
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

/** Whether nothing but space and the marks of quotes and lists stands before it. */
function opensLine(text: string, position: number): boolean {
  return /^[\s>*+\-\d.)]*$/.test(text.slice(text.lastIndexOf("\n", position) + 1, position));
}
