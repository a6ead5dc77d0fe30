/** Cuts cells of tables that stand beyond the last column, which GitHub drops. */
import { HIDDEN_MARK } from "./mark.ts";

const DELIMITERS = /^[\s>]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/;

/** Takes the lines of one block, between empty ones. */
export function withinColumns(lines: readonly string[]): string[] {
  const delimiters = lines.findIndex((line, at) => at > 0 && line.includes("-") && DELIMITERS.test(line));
  const columns = delimiters < 0 ? 0 : cellsOf(lines[delimiters] ?? "").length;
  if (columns === 0 || cellsOf(lines[delimiters - 1] ?? "").length !== columns) return [...lines];
  return lines.map((line, at) => {
    const cells = at > delimiters ? cellsOf(line) : [];
    return cells.length > columns ? `${cells.slice(0, columns).join("|")}| ${HIDDEN_MARK}` : line;
  });
}

function cellsOf(line: string): string[] {
  const trimmed = line
    .trim()
    .replace(/^[>\s]*\|?/, "")
    .replace(/(?<!\\)\|$/, "");
  return trimmed.split(/(?<!\\)\|/);
}
