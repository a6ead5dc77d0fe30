/** Renders the difference of two commits, file by file and line by line. */

import { html } from "hono/html";
import type { RepositoryScope } from "../context.ts";
import { changes, type FileChange } from "../git/plumbing/diff.ts";
import type { Html } from "./layout.ts";
import { count } from "./parts.ts";

/** A file with more changed lines is folded. Above the second limit it is left out. */
const unfoldedLines = 400;
const shownLines = 20_000;

export async function difference(scope: RepositoryScope, from: string, to: string): Promise<Html> {
  const files = await changes(scope.git.at(scope.repository), from, to);
  if (files.length === 0) return html`<p class="quiet">Nothing changed.</p>`;
  const total = (key: "additions" | "deletions") => files.reduce((sum, file) => sum + file[key], 0);
  let left = shownLines;
  const shown = files.map((file) => {
    left -= file.patch?.split("\n").length ?? 0;
    return fileChange(file, left >= 0);
  });
  return html`<p>${count(files.length, "file")} changed: ${counts(total("additions"), total("deletions"))}</p>${shown}`;
}

function counts(additions: number, deletions: number): Html {
  return html`<span class="added">+${additions}</span> <span class="removed">−${deletions}</span>`;
}

function fileChange(file: FileChange, fits: boolean): Html {
  const name = file.previousPath === null ? file.path : `${file.previousPath} → ${file.path}`;
  const open = file.additions + file.deletions <= unfoldedLines;
  return html`<details class="file"${open ? html` open` : ""}>
    <summary><code>${name}</code> <span class="quiet">${file.status}</span> ${counts(file.additions, file.deletions)}</summary>
    ${content(file, fits)}
  </details>`;
}

function content(file: FileChange, fits: boolean): Html {
  if (file.patch === null)
    return html`<p class="quiet">No lines to show: binary, empty, or only its name or mode changed.</p>`;
  if (!fits) return html`<p class="quiet">Too long to show here.</p>`;
  return html`<table class="diff"><tbody>${lines(file.patch).map(
    ({ kind, before, after, text }) =>
      html`<tr class="${kind}"><td class="number">${before}</td><td class="number">${after}</td><td class="text">${text}</td></tr>`,
  )}</tbody></table>`;
}

interface Line {
  kind: "hunk" | "added" | "removed" | "same" | "note";
  before: number | null;
  after: number | null;
  /** The line with its sign. */
  text: string;
}

function lines(patch: string): Line[] {
  let [before, after] = [0, 0];
  return patch.split("\n").map((text): Line => {
    const hunk = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(text);
    if (hunk !== null) {
      [before, after] = [Number(hunk[1]), Number(hunk[2])];
      return { kind: "hunk", before: null, after: null, text };
    }
    if (text.startsWith("+")) return { kind: "added", before: null, after: after++, text };
    if (text.startsWith("-")) return { kind: "removed", before: before++, after: null, text };
    if (text.startsWith("\\")) return { kind: "note", before: null, after: null, text };
    return { kind: "same", before: before++, after: after++, text };
  });
}
