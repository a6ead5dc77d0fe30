/**
 * Picks the line of a failed step's log that a person would quote: the place of the failure and the expectation. Each
 * rule knows the format of some tools. The first rule that matches wins; the most informative rules come first.
 */

const MAX_CHARACTERS = 240;
/** Limits the lines between a message and its file position. Tools print a diff in between. */
const PLACE_WITHIN = 40;

type Rule = (lines: readonly string[]) => string | null;

const rules: Rule[] = [
  compiler,
  assertion,
  tapError,
  pytest,
  goTest,
  rustPanic,
  annotation,
  namedError,
  jest,
  lint,
  failedTest,
  shell,
  lastWords,
];

/**
 * Returns the headline of one step's lines, which still have the runner's `##[error]` markers. Returns null when no
 * line looks like a cause.
 */
export function headline(lines: readonly string[]): string | null {
  for (const rule of rules) {
    const found = rule(lines);
    if (found === null) continue;
    const line = found.replace(/\s+/g, " ").trim();
    return line.length > MAX_CHARACTERS ? `${line.slice(0, MAX_CHARACTERS - 1)}…` : line;
  }
  return null;
}

/** `src/a.ts(3,1): error TS2322: …`, `src/a.ts:3:1 - error TS…`, `a.c:3:1: error: …` */
function compiler(lines: readonly string[]): string | null {
  const parts = first(lines, /^(\S+?)(?:\((\d+),\d+\)|:(\d+):\d+)(?::| -)? error:? (.+)$/);
  return parts && `${short(parts[1] ?? "")}:${parts[2] ?? parts[3]} ${parts[4]}`;
}

/** Node.js, vitest, chai: the values follow a message that ends with a colon. */
function assertion(lines: readonly string[]): string | null {
  return withPlace(lines, /^(?:##\[error\])?[\w.]*AssertionError(?: \[\w+\])?: (.+)$/);
}

/** The YAML below `not ok` in TAP 13. */
function tapError(lines: readonly string[]): string | null {
  const at = lines.findIndex((line) => /^error: \S/.test(line.trim()) && lines.some((one) => /^TAP version/.test(one)));
  if (at < 0) return null;
  const given = (lines[at] ?? "").trim().replace(/^error: /, "");
  const text = /^[|>]-?$/.test(given) ? (lines[at + 1] ?? "").trim() : given.replace(/^'(.*)'$/, "$1");
  return place(lines, at) + continued(lines, /^[|>]-?$/.test(given) ? at + 1 : at, text);
}

/** `FAILED tests/test_a.py::test_b - assert 1 == 2` */
function pytest(lines: readonly string[]): string | null {
  const parts = first(lines, /^FAILED (\S+::\S+.*)$/);
  return parts && (parts[1] ?? null);
}

/** `--- FAIL: TestA (0.00s)`, then `    a_test.go:12: got 1` */
function goTest(lines: readonly string[]): string | null {
  const parts = lines.some((line) => /^\s*--- FAIL: /.test(line)) ? first(lines, /^(\S+\.go:\d+): (.+)$/) : null;
  return parts && `${parts[1]} ${parts[2]}`;
}

/** `thread 'a' panicked at src/lib.rs:3:5:`, then the message */
function rustPanic(lines: readonly string[]): string | null {
  const at = lines.findIndex((line) => /panicked at \S+?:\d+:\d+:$/.test(line));
  const [, where] = /panicked at (\S+?:\d+):\d+:$/.exec(lines[at] ?? "") ?? [];
  return where === undefined ? null : `${where} ${lines[at + 1] ?? ""}`;
}

/** A message from a tool's `::error::` command, or from the runner. */
function annotation(lines: readonly string[]): string | null {
  const parts = first(lines, /^##\[error\](?!Process completed with exit code)(.+)$/);
  return parts && (parts[1] ?? null);
}

/** `TypeError: …`, `error: …`, `fatal: …`. Skips npm's own lines about a failed script. */
function namedError(lines: readonly string[]): string | null {
  return withPlace(
    lines,
    /^(?:Uncaught )?((?:\w*(?:Error|Exception)(?: \[\w+\])?|error(?:\[\w+\])?|fatal|ERROR): .+)$/,
  );
}

/** `● suite › quotes`, then `Expected: …` and `Received: …` */
function jest(lines: readonly string[]): string | null {
  const at = lines.findIndex((line) => /^● .+ › /.test(line.trim()));
  if (at < 0) return null;
  const values = lines
    .slice(at, at + PLACE_WITHIN)
    .flatMap((line) => /^\s*((?:Expected|Received)\b.*:.*)$/.exec(line)?.[1] ?? []);
  return `${place(lines, at)}${(lines[at] ?? "").trim().slice(2)} ${values.slice(0, 2).join(" ")}`;
}

/** `  3:1  error  'x' is not defined  no-undef` below the file's path */
function lint(lines: readonly string[]): string | null {
  const at = lines.findIndex((line) => /^\s+\d+:\d+\s+error\s/.test(line));
  const [, number, message] = /^\s+(\d+):\d+\s+error\s+(.+)$/.exec(lines[at] ?? "") ?? [];
  const path = lines.slice(0, Math.max(0, at)).findLast((line) => /^\S+\.\w+$/.test(line));
  return path === undefined ? null : `${short(path)}:${number} ${message}`;
}

/**
 * Falls back to the test's name: `not ok 3 - quotes`, `✖ quotes (1.2ms)`, `FAIL a.test.ts > quotes`, `● suite › quotes`
 */
function failedTest(lines: readonly string[]): string | null {
  const parts = first(
    lines.filter((line) => !/failing tests:?$|^✖ \d+ problems?/i.test(line.trim())),
    /^(?:not ok\b(?: \d+)?(?: -)?(?! \d+$)|FAIL(?:ED)?:?|[✖✗×●✘]) (.+?)(?: \(?[\d.]+ ?m?s\)?)?$/,
  );
  return parts && (parts[1] ?? null);
}

function shell(lines: readonly string[]): string | null {
  const parts = first(
    lines,
    /^(.*(?:command not found|No such file or directory|Permission denied|[Cc]annot find .+))$/,
  );
  return parts && (parts[1] ?? null);
}

/** Falls back to the last line before the runner printed the exit code. */
function lastWords(lines: readonly string[]): string | null {
  const end = lines.findIndex((line) => line.startsWith("##[error]Process completed with exit code"));
  const begin = lines.lastIndexOf("##[endgroup]", end) + 1;
  return lines.slice(begin, Math.max(0, end)).findLast((line) => /\w/.test(line)) ?? null;
}

function first(lines: readonly string[], pattern: RegExp): RegExpExecArray | null {
  for (const line of lines) {
    const found = pattern.exec(line.trim());
    if (found !== null) return found;
  }
  return null;
}

function withPlace(lines: readonly string[], pattern: RegExp): string | null {
  const at = lines.findIndex((line) => pattern.test(line.trim()));
  if (at < 0) return null;
  return place(lines, at) + continued(lines, at, pattern.exec((lines[at] ?? "").trim())?.[1] ?? "");
}

/**
 * Returns the first place in the project's own code after the message, such as `csv.test.ts:31 `. Python prints it
 * before the message. Returns "" when there is none.
 */
function place(lines: readonly string[], at: number): string {
  for (const line of lines.slice(at, at + PLACE_WITHIN)) {
    const [, path, number] = /([\w@.~/-]+\.[A-Za-z]\w{0,4}):(\d+)/.exec(line.replace("file://", "")) ?? [];
    if (path !== undefined && !/node_modules|node:/.test(line)) return `${short(path)}:${number} `;
  }
  const python = lines.slice(0, at).findLast((line) => /^\s*File ".+", line \d+/.test(line));
  const [, path, number] = /File "(.+)", line (\d+)/.exec(python ?? "") ?? [];
  return path === undefined ? "" : `${short(path)}:${number} `;
}

/** Appends the values that follow a message such as `Expected values to be strictly equal:`. */
function continued(lines: readonly string[], at: number, message: string): string {
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
function short(path: string): string {
  return path.startsWith("/") ? (path.split("/").at(-1) ?? path) : path;
}
