/** Extracts from a job's log the part that a person or the next attempt should read. */
import { headline } from "./headline/index.ts";

const LINES_BEFORE_ERROR = 10;

/**
 * Returns at most `limit` characters that explain why the job failed. The first line is the one to quote, if there is
 * one. Then follow the lines around the failed step's first error and as much of the step's end as fits. Leaves out
 * time stamps, colours and the runner's markers.
 */
export function logExcerpt(log: string, limit: number): string {
  const step = failedStep(log.split(/\r?\n/).map(bare));
  const first = headline(step);
  const lines = step
    .filter((line) => line !== "##[endgroup]")
    .map((line) => line.replace(/^##\[(group|error|warning|command)\]/, ""));
  const above = first === null || first === lines[0] ? "" : `${first}\n\n`;
  return (above + excerpt(lines, limit - above.length)).slice(0, limit);
}

function excerpt(lines: string[], limit: number): string {
  const whole = lines.join("\n").trim();
  if (whole.length <= limit) return whole;
  const first = lines.findIndex((line) => ERROR.test(line));
  const from = lines.slice(Math.max(0, first - LINES_BEFORE_ERROR)).join("\n");
  const half = Math.floor((limit - GAP.length) / 2);
  if (first === -1 || from.length <= limit || half <= 0) return end(whole, limit);
  return from.slice(0, half) + GAP + end(whole, half);
}

function end(text: string, length: number): string {
  return text.slice(text.length - length);
}

const GAP = "\n…\n";
const ERROR = /\berror\b|\bfail(ed|ure|ures|ing)?\b|\bnot ok\b|\bpanic|exception|traceback|✗|✖|×/i;

function bare(line: string): string {
  return line
    .replace(/^\uFEFF?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z ?/, "")
    .replace(/\u001B(?:\[[0-9;?]*[A-Za-z]|\][^\u0007\u001B]*(?:\u0007|\u001B\\))/g, "");
}

/**
 * Returns the lines from the last step before the failure to the runner's "Process completed with exit code". Later
 * lines only clean up.
 */
function failedStep(lines: string[]): string[] {
  const end = lines.findIndex((line) => line.startsWith("##[error]Process completed with exit code"));
  const upTo = end === -1 ? lines : lines.slice(0, end + 1);
  const begin = upTo.findLastIndex((line) => line.startsWith("##[group]Run "));
  return upTo.slice(Math.max(0, begin));
}
