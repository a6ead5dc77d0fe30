/** Renders a step's log: numbered lines, with commands, groups, warnings and errors in colour. */
import { html } from "hono/html";
import type { Html } from "./layout.ts";

/** Only the end of a longer log is shown. It holds the reason of a failure. */
const shownLines = 5000;

export function logTable(name: string, text: string): Html {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  if (lines.length === 0) return html`<p class="quiet">It wrote nothing.</p>`;
  const skipped = Math.max(0, lines.length - shownLines);
  return html`${skipped === 0 ? "" : html`<p class="quiet">The first ${skipped} lines are left out; the API gives the whole log.</p>`}
    <table class="diff log"><tbody>${lines.slice(skipped).map((line, index) => row(name, skipped + index + 1, line))}</tbody></table>`;
}

function row(name: string, number: number, line: string): Html {
  const [, time = "", text = line] = /^(\d{4}-\d\d-\d\dT[\d:.]+Z) ?(.*)$/.exec(line) ?? [];
  const [, mark = "", rest = ""] =
    /^##\[(error|warning|notice|debug|command|group|endgroup|section)\](.*)$/.exec(text) ?? [];
  const shown = mark === "" ? text : mark === "error" || mark === "warning" ? `${mark}: ${rest}` : rest;
  return html`<tr id="${name}:${number}" class="${mark}"><td class="number" title="${time}">${number}</td><td class="text">${withoutColours(shown)}</td></tr>`;
}

/** Strips terminal colours and other escape sequences. */
function withoutColours(text: string): string {
  return text.replace(/\x1b\[[0-?]*[ -/]*[@-~]/g, "");
}
