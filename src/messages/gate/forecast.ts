/** Words for what judges agents' work in `headgate run`: the checks that every merge requires, and why others are not waited for. */
import type { Unless } from "@headgate/github-sandbox";
import { oneLine } from "../sanitise.ts";

/** Why a check of the repository is not required. */
export type NotWaitedFor =
  | Unless
  | { kind: "skipped-by-flag" }
  | { kind: "not-run-on-base"; branch: string; why: string };

export interface GateLists {
  required: readonly { name: string }[];
  notWaitedFor: readonly { name: string; unless: NotWaitedFor }[];
}

const MAX_NAMES = 400;
const MAX_REASON = 300;

/** Lists what is required and what is not, with one line for all checks of one reason. */
export function gateLines({ required, notWaitedFor }: GateLists): string[] {
  const names = required.map(({ name }) => name).join(", ");
  const lines = [`Required before every merge: ${names === "" ? "nothing" : oneLine(names, MAX_NAMES)}`];
  return [...lines, ...notWaitedForLines(notWaitedFor)];
}

export function notWaitedForLines(checks: GateLists["notWaitedFor"]): string[] {
  const byReason = Map.groupBy(checks, ({ unless }) => unlessText(unless));
  const lines = [...byReason].map(([reason, same]) => {
    const names = same.map(({ name }) => name).join(", ");
    return `  ${oneLine(names, MAX_NAMES)}: ${oneLine(reason, MAX_REASON)}`;
  });
  return lines.length === 0 ? [] : ["Not waited for:", ...lines];
}

export function unlessText(unless: NotWaitedFor): string {
  switch (unless.kind) {
    case "cannot-run":
      return unless.why;
    case "needs":
      return `it needs '${unless.job}', which cannot run here: ${unless.why}`;
    case "always-skipped":
      return "its condition never holds on a pull request here, so it is always skipped";
    case "may-fail":
      return "it may fail: it has 'continue-on-error'";
    case "inert":
      return unless.how === "prints"
        ? "it judges nothing: its steps only print"
        : "it judges nothing: it neither checks out the code nor sums up a job that does";
    case "name-depends-on-run":
      return "its name is known only once it runs";
    case "path-filter":
      return "its workflow is filtered by paths";
    case "first-head-only":
      return "its workflow runs when a pull request is opened, and not when it changes";
    case "invalid":
      return `GitHub would refuse its workflow file: ${unless.error}`;
    case "skipped-by-flag":
      return "you skipped it with --skip-check";
    case "not-run-on-base":
      return `it judged nothing on ${unless.branch}: ${unless.why}`;
  }
}

/** Says why nothing was started and what to do. `branch`: where agents' work would land. */
export function noGateText(branch: string, { notWaitedFor }: GateLists, testCommand: string | null): string {
  const why =
    notWaitedFor.length === 0
      ? [`No workflow runs on a pull request into ${branch}.`]
      : notWaitedForLines(notWaitedFor);
  return [
    "No check of this repository would judge an agent's work here, so no agent starts.",
    ...why,
    `Give the command that tests your code, such as ${checksFlag(testCommand)}. Every merge then requires it.`,
  ].join("\n");
}

/** `--checks 'go test ./...'`. null: nothing in the repository says how it is tested. */
export function checksFlag(testCommand: string | null): string {
  return `--checks '${testCommand ?? "make test"}'`;
}

/** Says that `--skip-check` names no check. */
export function unknownCheckText(name: string, known: readonly string[]): string {
  const checks = known.length === 0 ? "there are no checks" : `the checks are ${oneLine(known.join(", "), MAX_NAMES)}`;
  return `--skip-check: no check is named '${name}'; ${checks}`;
}
