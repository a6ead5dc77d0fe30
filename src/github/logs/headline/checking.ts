/** Knows what compilers and linters print. */
import { first, short } from "./place.ts";

/** `src/a.ts(3,1): error TS2322: …`, `src/a.ts:3:1 - error TS…`, `a.c:3:1: error: …`. A problem matcher puts `##[error]` before it. */
export function compiler(lines: readonly string[]): string | null {
  const parts = first(lines, /^(?:##\[error\])?(\S+?)(?:\((\d+),\d+\)|:(\d+):\d+)(?::| -)? error:? (.+)$/);
  if (parts !== null) return `${short(parts[1] ?? "")}:${parts[2] ?? parts[3]} ${parts[4]}`;
  return first(lines, /^(?:##\[error\])?error (TS\d+: .+)$/)?.[1] ?? null;
}

/** ``error: linking with `cc` failed``, then what the linker says */
export function linker(lines: readonly string[]): string | null {
  const failed = first(lines, /^error: (linking with `\S+` failed)/)?.[1];
  const why = first(
    lines,
    /(?:ld|lld)(?:\.\w+)?: (?:error: )?((?:cannot find|undefined (?:reference|symbol)|unable to find) .+)$/,
  );
  return failed === undefined || why === null ? null : `${failed}: ${why[1]}`;
}

/** `./main.go:10:2: undefined: foo` below `# example.com/app` */
export function goBuild(lines: readonly string[]): string | null {
  if (!lines.some((line) => /^# \S+/.test(line.trim()))) return null;
  const parts = first(lines, /^(?:vet: )?(\S+\.go):(\d+)(?::\d+)?: (.+)$/);
  return parts && `${short(parts[1] ?? "")}:${parts[2]} ${parts[3]}`;
}

/** `src/a.ts:3:7 lint/suspicious/noExplicitAny ━━━`, then `  × Unexpected any.` */
export function biome(lines: readonly string[]): string | null {
  const at = lines.findIndex((line) =>
    /^\S+ (?:lint\/\S+|assist\/\S+|format|parse|organizeImports|syntax)\b.*━/.test(line),
  );
  const [, path, number, rule] = /^(\S+?)(?::(\d+):\d+)? (\S+)/.exec(lines[at] ?? "") ?? [];
  const message = first(lines.slice(Math.max(0, at)), /^[×✖] (.+)$/)?.[1];
  if (at < 0 || path === undefined || message === undefined) return null;
  return `${short(path)}${number === undefined ? "" : `:${number}`} ${message} (${rule})`;
}

/** `  3:1  error  'x' is not defined  no-undef` below the file's path */
export function eslint(lines: readonly string[]): string | null {
  const at = lines.findIndex((line) => /^\s+\d+:\d+\s+error\s/.test(line));
  const [, number, message] = /^\s+(\d+):\d+\s+error\s+(.+)$/.exec(lines[at] ?? "") ?? [];
  const path = lines.slice(0, Math.max(0, at)).findLast((line) => /^\S+\.\w+$/.test(line));
  return path === undefined ? null : `${short(path)}:${number} ${message}`;
}
