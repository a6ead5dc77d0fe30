/**
 * Picks the line of a failed step's log that a person would quote: the place of the failure and the expectation. Each
 * rule knows the format of some tools. The first rule that matches wins; the most informative rules come first.
 */
import { biome, compiler, eslint, goBuild, linker } from "./checking.ts";
import { installing } from "./installing.ts";
import { isNoise } from "./noise.ts";
import { first, withPlace } from "./place.ts";
import { withoutPrefixes } from "./prefix.ts";
import { statement } from "./stating.ts";
import {
  assertion,
  bun,
  failedTest,
  goPanic,
  goTest,
  jest,
  pytest,
  pytestTrace,
  rustPanic,
  tapError,
} from "./testing.ts";

const MAX_CHARACTERS = 240;

type Rule = (lines: readonly string[]) => string | null;

const rules: Rule[] = [
  ...[
    compiler,
    linker,
    goBuild,
    assertion,
    tapError,
    pytest,
    goTest,
    goPanic,
    rustPanic,
    statement,
    pytestTrace,
    bun,
    biome,
  ],
  ...[notFound, annotation, installing, jest, namedError, eslint, failedTest, shell, lastWords],
];

/**
 * Returns the headline of one step's lines, which still have the runner's `##[error]` markers. Returns null when no
 * line looks like a cause.
 */
export function headline(lines: readonly string[]): string | null {
  const telling = withoutPrefixes(lines).filter((line) => !isNoise(line));
  for (const rule of rules) {
    const found = rule(telling);
    if (found === null) continue;
    const line = found.replace(/\s+/g, " ").trim();
    return line.length > MAX_CHARACTERS ? `${line.slice(0, MAX_CHARACTERS - 1)}…` : line;
  }
  return null;
}

/** A message from a tool's `::error::` command, or from the runner. */
function annotation(lines: readonly string[]): string | null {
  const parts = first(lines, /^##\[error\](?!Process completed with exit code)(.+)$/);
  return parts && (parts[1] ?? null);
}

/** `TypeError: …`, `error: …`, `fatal: …` */
function namedError(lines: readonly string[]): string | null {
  return withPlace(
    lines,
    /^(?:Uncaught |(?=Unknown Error: ))?((?:Unknown Error|\w*(?:Error|Exception)(?: \[\w+\])?|error(?:\[\w+\])?|fatal|ERROR): .+)$/,
  );
}

/** `sh: 1: turbo: not found`, `bash: line 1: turbo: command not found`: the package managers' errors follow it. */
function notFound(lines: readonly string[]): string | null {
  const parts = first(lines, /^((?:\S*\/)?\w*sh: (?:(?:line )?\d+: )?\S+: (?:command )?not found)$/);
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
