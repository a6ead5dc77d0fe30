/** Finds lines, and the place in the project's own code that a message is about. */

/** Limits the lines between a message and its file position. Tools print a diff in between. */
export const PLACE_WITHIN = 40;

export function first(lines: readonly string[], pattern: RegExp): RegExpExecArray | null {
  for (const line of lines) {
    const found = pattern.exec(line.trim());
    if (found !== null) return found;
  }
  return null;
}

export function withPlace(lines: readonly string[], pattern: RegExp): string | null {
  const at = lines.findIndex((line) => pattern.test(line.trim()));
  if (at < 0) return null;
  return place(lines, at) + continued(lines, at, pattern.exec((lines[at] ?? "").trim())?.[1] ?? "");
}

/**
 * Returns the first place in the project's own code after the message, such as `csv.test.ts:31 `. Python prints it
 * before the message. Returns "" when there is none.
 */
export function place(lines: readonly string[], at: number): string {
  for (const line of lines.slice(at, at + PLACE_WITHIN)) {
    const [, path, number] = /([\w@.~/-]+\.[A-Za-z]\w{0,4}):(\d+)/.exec(line.replace("file://", "")) ?? [];
    if (path !== undefined && !/node_modules|node:/.test(line)) return `${short(path)}:${number} `;
  }
  const python = lines.slice(0, at).findLast((line) => /^\s*File ".+", line \d+/.test(line));
  const [, path, number] = /File "(.+)", line (\d+)/.exec(python ?? "") ?? [];
  return path === undefined ? "" : `${short(path)}:${number} `;
}

/** Appends the values that follow a message such as `Expected values to be strictly equal:`. */
export function continued(lines: readonly string[], at: number, message: string): string {
  if (!message.endsWith(":")) return message;
  const values = lines.slice(at + 1, at + PLACE_WITHIN).map((line) => line.trim());
  const end = values.findIndex((line) => /^(at |code:|name:)/.test(line));
  const shown = values
    .slice(0, end < 0 ? undefined : end)
    .filter((line) => line !== "" && line !== "+ actual - expected");
  const marked = shown.filter((line) => /^[+-] /.test(line));
  return `${message} ${(marked.length > 0 ? marked : shown).slice(0, 2).join(" ")}`;
}

/** Shortens a path: the runner machine's full path helps no reader. */
export function short(path: string): string {
  return path.startsWith("/") ? (path.split("/").at(-1) ?? path) : path.replace(/^\.\//, "");
}
