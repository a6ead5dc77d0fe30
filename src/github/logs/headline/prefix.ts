/** Removes what runners of many tasks put before each line that a task prints. Behind it the tools' own formats begin. */

/** `web:build: `, `packages/web test: `, `[web] `, `web | `, `@acme/web: ` */
const PREFIX = /^(?:[@\w./-]+:[\w:.-]+: ?|[@\w./-]+ [\w:.-]+: |\[[@\w.:/ -]{1,60}\]:? |[@\w./-]+\s+\| |@[\w./-]+: )/;

/** A tool prints the same words before one or two lines of its own, and a runner before all lines of a task. */
const LEAST = 3;

export function withoutPrefixes(lines: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  const prefixes = lines.map((line) => PREFIX.exec(line)?.[0].trimEnd() ?? "");
  for (const prefix of prefixes) if (prefix !== "") counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
  return lines.map((line, at) => {
    const prefix = prefixes[at] ?? "";
    return (counts.get(prefix) ?? 0) < LEAST ? line : line.slice(prefix.length).replace(/^ /, "");
  });
}
