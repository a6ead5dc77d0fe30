/**
 * Runs the rules of secretlint's recommended preset on a text. https://github.com/secretlint/secretlint
 *
 * Two rules of the preset are left out, because the author of a text controls them: `filter-comments` lets a comment switch all
 * rules off, and `gcp` reads a file of the given name from this machine. `privatekey` finds what `gcp` finds in JSON.
 */
import { setImmediate } from "node:timers/promises";
import { lintSource } from "@secretlint/core";
import { secretLintProfiler } from "@secretlint/profiler";
import { rules } from "@secretlint/secretlint-rule-preset-recommend";
import type { Hit } from "./hit.ts";

// The profiler keeps an entry of every rule of every scan. A server would fill its memory with them.
secretLintProfiler.setEnabled(false);

const PREFIX = "@secretlint/secretlint-rule-";
const LEFT_OUT = new Set([`${PREFIX}filter-comments`, `${PREFIX}gcp`]);

const config = {
  rules: rules
    .filter(({ meta }) => !LEFT_OUT.has(meta.id))
    .map((rule) => ({
      id: rule.meta.id,
      rule,
      // Off by default: ids of AWS access keys. An account's number comes with them and is no secret.
      options: rule.meta.id === `${PREFIX}aws` ? { enableIDScanRule: true } : {},
      allowMessageIds: rule.meta.id === `${PREFIX}aws` ? ["AWSAccountID"] : [],
    })),
};

/** Some rules take a time that grows with the square of the text. A piece of this size takes less than a second. */
const WINDOW = 64 * 1024;
/** Characters that neighbouring pieces share, longer than any token. Long keys are found by `own-rules.ts`. */
const OVERLAP = 4 * 1024;

/** The work that a scan may still spend. */
export interface Allowance {
  /** By the clock of `performance.now()`. */
  until: number;
  /** Hits after which it stops. */
  hits: number;
}

/** Returns what the rules find, and whether they saw all of the text. */
export async function lint(
  text: string,
  path: string,
  allowance: Allowance,
): Promise<{ hits: Hit[]; isComplete: boolean }> {
  const found = new Map<string, Hit>();
  for (let from = 0; from < text.length; from += WINDOW - OVERLAP) {
    if (performance.now() > allowance.until || found.size >= allowance.hits)
      return { hits: [...found.values()], isComplete: false };
    // Lets requests and other effects run between two pieces.
    if (from > 0) await setImmediate();
    for (const hit of await lintPiece(text.slice(from, from + WINDOW), path)) {
      const moved = { ...hit, start: hit.start + from, end: hit.end + from };
      found.set(`${moved.rule} ${moved.start}`, moved);
    }
  }
  return { hits: [...found.values()], isComplete: true };
}

async function lintPiece(piece: string, path: string): Promise<Hit[]> {
  const source = {
    // The rules look at the names of npm's files only.
    filePath: path.endsWith(".npmrc") ? ".npmrc" : "package.json",
    content: piece,
    ext: "",
    contentType: "text" as const,
  };
  const { messages } = await lintSource({ source, options: { config, noPhysicFilePath: true } });
  return messages.map(({ ruleId, range: [start, end] }) => {
    return { rule: ruleId.replace(PREFIX, ""), start, end, value: piece.slice(start, end) };
  });
}
