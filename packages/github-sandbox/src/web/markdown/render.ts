/** Renders Markdown, or the plain text if converting it exceeds a limit. */
import { html, raw } from "hono/html";
import type { Html } from "../layout.ts";
import { convertApart } from "./apart.ts";
import type { TextKind } from "./convert.ts";
import { meaningOf, type TextPlace } from "./meaning.ts";

const maxLength = 200_000;

export async function markdown(
  text: string | null,
  place: TextPlace,
  kind: TextKind = "comment",
): Promise<Awaited<Html>> {
  if (text === null || text.trim() === "") return html`<p class="quiet">No description.</p>`;
  const page = text.length > maxLength ? null : await convertApart({ text, kind, meaning: meaningOf(text, place) });
  return page === null ? html`<pre class="plain">${text}</pre>` : html`<div class="markdown">${raw(page)}</div>`;
}
