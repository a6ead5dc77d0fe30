/** Detects jobs that always pass and so judge nothing: those whose steps only print, and those that never see the code. */
import type { StepsJob } from "../parse/model.ts";
import { Expression, type Template } from "../parse/template.ts";

/** Actions that neither judge the code nor bring it into the job: those that set up a tool or keep a cache. */
const BLIND =
  /^(actions\/(setup-[\w-]+|cache(\/\w+)?|upload-artifact)|[\w.-]+\/[\w-]*(setup|toolchain|cache|harden-runner)[\w-]*)@/i;
const CHECKOUT = /^actions\/checkout@/i;
/** Commands with which a job without a checkout fetches the code, or what was made of it. */
const FETCHES = /\b(git|gh|curl|wget|svn|docker)\b/;
const PRINTS = /^(echo|printf|true|:|sleep|set|Write-Host|Write-Output)(\s|$)|^exit( 0)?$/;
/** A line that passes whatever its command says. */
const FORGIVES = /\|\|\s*(true|:|exit 0|(?:echo|printf)\s[^|&;`$]*)$/;
/** Lets failures of later lines pass. GitHub's shells start with `-e`. */
const GOES_ON = /^set (\+e|\+o errexit)$/;
/** Ends the script with a failure, or lets failures count again. */
const COUNTS_AGAIN = /\bexit [1-9$"]|^set -\w*e/;
/** The rest of a line may run a command or decide something. */
const DECIDES = /[|`]|\$\(|[<>]\(|\|\||&&/;

/** Returns true where no step can fail, whatever the change is. */
export function onlyPrints({ steps }: StepsJob): boolean {
  return steps.every((step) => {
    if (step.continueOnError === true) return true;
    if (step.kind === "other") return false;
    if (step.kind === "uses") return BLIND.test(step.uses) || CHECKOUT.test(step.uses);
    return deciding(linesOf(step.run)).every(passes);
  });
}

/** Returns the lines whose failure fails the script: behind one that lets failures pass it is the last line only. */
function deciding(lines: readonly string[]): readonly string[] {
  const at = lines.findIndex((line) => GOES_ON.test(line));
  const after = lines.slice(at + 1);
  if (at < 0 || after.some((line) => COUNTS_AGAIN.test(line))) return lines;
  return [...lines.slice(0, at), ...after.slice(-1)];
}

function passes(line: string): boolean {
  return FORGIVES.test(line) || (PRINTS.test(line) && !DECIDES.test(line));
}

/** Returns true where a step may bring the code, or what another job made of it, into the job. */
export function seesCode({ steps }: StepsJob): boolean {
  return steps.some((step) => {
    if (step.kind === "uses") return !BLIND.test(step.uses);
    return step.kind === "run" && FETCHES.test(scriptText(step.run));
  });
}

function linesOf(run: Template): string[] {
  return scriptText(run)
    .replace(/\\\r?\n/g, " ")
    .split(/\r?\n|;/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}

/** Keeps expressions as placeholders: what they put into a script is not known. The parser has made one `format` of them all. */
export function scriptText(template: Template): string {
  if (!(template instanceof Expression)) return typeof template === "string" ? template : "";
  const [, format] = /^format\('((?:[^']|'')*)'/.exec(template.text) ?? [];
  return format === undefined ? template.source : format.replaceAll("''", "'");
}
