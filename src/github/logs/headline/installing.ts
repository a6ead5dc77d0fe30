/** Knows what package managers print when they cannot install or find a script. */
import { first } from "./place.ts";

export function installing(lines: readonly string[]): string | null {
  return npm(lines) ?? pnpm(lines) ?? yarn(lines);
}

/** Finds what a package says that is compiled while it is installed. */
const GYP = /^gyp (?:ERR!|error) stack Error: /;

/** `npm error code EUSAGE`, then lines of which one names the package. Older versions print `npm ERR!`. */
function npm(lines: readonly string[]): string | null {
  const said = lines.flatMap((line) => /^npm (?:error|ERR!)\s+(\S.*)$/.exec(line.trim())?.[1] ?? []);
  const code = said.find((line) => /^code [A-Z]\w+$/.test(line))?.slice("code ".length);
  const telling = said.filter((line) => !/^code /.test(line));
  const named = telling.find((line) =>
    /^(?:Missing|Invalid): .+ lock file|^Missing script:|does not satisfy|^\S+ Not compatible with/.test(line),
  );
  const built =
    said.find((line) => /^\S+:\d+:\d+: (?:fatal )?error: /.test(line)) ?? said.find((line) => GYP.test(line));
  if (built !== undefined) return built.replace(GYP, "gyp: ");
  const found = named ?? telling[0];
  if (found === undefined) return null;
  const next = telling[telling.indexOf(found) + 1];
  const goesOn = /could not resolve$|Not compatible with/.test(found);
  const required = goesOn
    ? telling.find((line) => /^notsup Required: /.test(line))?.replace(/^notsup /, "")
    : undefined;
  const more = required ?? next;
  const whole = goesOn && more !== undefined ? `${found}; ${more}` : found;
  const words = whole.replace(/^(?:engine|notsup) /, "");
  return code === undefined ? `npm: ${words}` : `npm ${code}: ${words}`;
}

/** ` ERR_PNPM_OUTDATED_LOCKFILE  Cannot install with "frozen-lockfile" because …` */
function pnpm(lines: readonly string[]): string | null {
  const parts = first(lines, /\[?\b(ERR_PNPM_\w+)\]?:?\s+(.+)$/);
  return parts && `${parts[1]}: ${parts[2]}`;
}

/** The codes of yarn's errors. Its other codes say how it goes on: https://yarnpkg.com/advanced/error-codes */
const YARN = /^➤ (YN00(?:01|09|16|18|22|28|35|41|80|82)): (?:[│└┌·]\s*)?(.+)$/;

/** `➤ YN0028: │ The lockfile would have been modified by this install, …`; version 1: `error Your lockfile needs to be updated` */
function yarn(lines: readonly string[]): string | null {
  const parts = first(lines, YARN);
  if (parts !== null) return `${parts[1]}: ${parts[2]}`;
  const classic = first(
    lines,
    /^error ((?:An unexpected error|Your lockfile|Couldn't find|\S+: The engine|Command ").+)$/,
  );
  return classic && `yarn: ${classic[1]}`;
}
