/** Words for the check of the base itself in `headgate run`: what it removed, and why it lets no agent start. */
import { oneLine } from "../sanitise.ts";
import { checksFlag, type GateLists, type NotWaitedFor, notWaitedForLines } from "./forecast.ts";

export type BaseFailure =
  | { name: string; kind: "failed"; conclusion: string; error: string }
  /** It never reported. */
  | { name: string; kind: "missing" }
  /** It has not ended within the limit. */
  | { name: string; kind: "unfinished" };

const MAX_ERROR = 240;
const MAX_FAILURES = 20;

/** The whole answer where checks fail on the base: each with its first error, and what to do. */
export function baseFailureText(branch: string, failures: readonly BaseFailure[], testCommand: string | null): string {
  const shown = failures
    .slice(0, MAX_FAILURES)
    .map((failure) => `  ${oneLine(failure.name, 120)}: ${failureText(failure)}`);
  const more = failures.length > shown.length ? [`  and ${failures.length - shown.length} more`] : [];
  const flags = failures.map(({ name }) => `--skip-check ${quoted(name)}`).join(" ");
  const [these, them] = failures.length === 1 ? ["This check fails", "it"] : ["These checks fail", "them"];
  return [
    `${these} on ${branch} itself, so ${them === "it" ? "it cannot" : "they cannot"} judge an agent's work. No agent starts.`,
    ...shown,
    ...more,
    `Fix ${them} on ${branch}, or run without ${them}: ${flags}`,
    `If nothing else tests your code, give a command that does, such as ${checksFlag(testCommand)}.`,
  ].join("\n");
}

function failureText(failure: BaseFailure): string {
  switch (failure.kind) {
    case "failed": {
      const how =
        failure.conclusion === "failure" ? "failed twice" : `ended as ${failure.conclusion.replaceAll("_", " ")}`;
      return failure.error === "" ? how : `${how}: ${oneLine(failure.error, MAX_ERROR)}`;
    }
    case "missing":
      return "never reported, so no merge could get it";
    case "unfinished":
      return "did not end within an hour";
  }
}

/** Says how the check of the base ended, and what it removed from the required checks. */
export function baseGoodLines(
  branch: string,
  { removed, seconds, kept }: { removed: GateLists["notWaitedFor"]; seconds: number; kept: boolean },
): string[] {
  const how = kept ? "as an earlier run found" : `checked in ${seconds.toFixed(1)} s`;
  const lines = [`The required checks pass on ${branch} itself, ${how}.`];
  return [
    ...lines,
    ...notWaitedForLines(removed).map((line) => line.replace("Not waited for:", "No longer required:")),
  ];
}

/** What waits for the base: agents; from five minutes on (`late`, said once) only merges. */
export type BaseWait = "agents" | "late" | "merges";

export function baseWaitingText(branch: string, names: readonly string[], wait: BaseWait): string {
  const open = names.length === 0 ? "" : `: ${oneLine(names.join(", "), MAX_ERROR)}`;
  if (wait === "late")
    return `${branch} itself is not checked after five minutes. Agents start now, and merges wait${open}`;
  return `Still checking ${branch} itself before ${wait === "agents" ? "agents start" : "anything merges"}${open}`;
}

export function notRunReason(branch: string, summary: string): NotWaitedFor {
  const why = summary
    .replace(/^This job did not run: /, "")
    .replace(/^Not run here: /, "")
    .replace(/\.$/, "");
  return { kind: "not-run-on-base", branch, why: why === "" ? "it was skipped" : why };
}

/** Quotes a text for a shell. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
