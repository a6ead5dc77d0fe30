/** Knows lines with which a tool says why it could not begin, or why a test did not end. Other lines follow that explain less. */
import { first, place, short } from "./place.ts";

const statements: RegExp[] = [
  // vitest, jest
  /^(No test(?: file)?s found, exiting with code \d+)$/,
  // jest, node:test
  /^thrown: "(Exceeded timeout of \d+ ?ms for a (?:test|hook))/,
  /^'(test timed out after \d+ms)'$/,
  /^'(Promise resolution is still pending but the event loop has already resolved)'$/,
  // Node.js
  /^(FATAL ERROR: .+? Allocation failed - .+)$/,
  // pytest
  /^E\s+(fixture '.+' not found)$/,
  /^(pytest: error: .+)$/,
  /^=+ (no tests ran) in [\d.]+s =+$/,
  /^(ESLint couldn't find .+)$/,
  // yarn 4
  /^Internal Error: (.+)$/,
  /^(docker: (?:Cannot|failed to) connect .+)$/i,
];

export function statement(lines: readonly string[]): string | null {
  const at = lines.findIndex((line) => statements.some((pattern) => pattern.test(line.trim())));
  if (at < 0) return conftest(lines) ?? goModule(lines) ?? unformatted(lines);
  const text = (lines[at] ?? "").trim();
  return statements.map((pattern) => pattern.exec(text)?.[1]).find((found) => found !== undefined) ?? null;
}

/** `ImportError while loading conftest '…'.`, then the place and `E   ModuleNotFoundError: …` */
function conftest(lines: readonly string[]): string | null {
  const at = lines.findIndex((line) => /^ImportError while loading conftest /.test(line.trim()));
  const cause = first(lines.slice(Math.max(0, at)), /^E\s+(\w+: .+)$/)?.[1];
  return at < 0 || cause === undefined ? null : place(lines, at + 1) + cause;
}

/** `pick.go:4:2: no required module provides package …` */
function goModule(lines: readonly string[]): string | null {
  const parts = first(lines, /^(\S+\.go):(\d+):\d+: (no required module .+|missing go\.sum .+|cannot find .+)$/);
  return parts && `${short(parts[1] ?? "")}:${parts[2]} ${parts[3]}`;
}

/** `Diff in /w/src/main.rs:1:` of `cargo fmt --check` */
function unformatted(lines: readonly string[]): string | null {
  const parts = first(lines, /^Diff in (\S+\.rs)(?::| at line )(\d+):$/);
  return parts && `${short(parts[1] ?? "")}:${parts[2]} rustfmt would format this`;
}
