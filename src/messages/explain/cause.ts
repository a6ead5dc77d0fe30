/** Says why something failed: one sentence for each cause, for people and for the next agent. */
import { ATTEMPT_WORKFLOW, PROTOCOL } from "../../core/attempt.ts";
import type { Cause, NoResult } from "../../core/cause.ts";
import { violationText } from "../problems/violation.ts";
import { writtenPlanText } from "../problems/written.ts";
import { ignoredText } from "./ignored.ts";

export function causeText(cause: Cause): string {
  switch (cause.kind) {
    case "unknown":
    case "agent-said":
      return cause.text;
    case "outside":
      return cause.text === "" ? "It failed for an unknown reason." : cause.text;
    case "foreign-effect":
      return "Another version of Headgate asked for it in a form that this version cannot read.";
    case "never-ended":
      return `Headgate stopped ${cause.times} times while it did this, and so leaves it alone. Its log names the step: look there for the reason before you let it try again.`;
    case "nothing-changed":
      return `The agent finished without changing anything.${cause.said === "" ? "" : ` It said: ${cause.said}`}`;
    case "change-refused":
      return `The change was refused and not pushed: ${cause.violations.map(violationText).join("; ")}`;
    case "run-overdue":
      return "The attempt's run did not end in time.";
    case "no-runner":
      return "No runner took the attempt in time.";
    case "run-ended": {
      const ended = `The attempt's run ended as '${cause.conclusion ?? "unknown"}'`;
      return cause.problem === null ? `${ended} and left no result.` : `${ended}: ${noResultText(cause.problem)}`;
    }
    case "artifact-gone":
      return "The attempt's artifact is gone.";
    case "branch-moved": {
      if (cause.tip === undefined) return `Somebody moved ${cause.branch} at the same moment.`;
      if (cause.tip === null) return `Somebody deleted ${cause.branch}.`;
      return `Somebody moved ${cause.branch} to ${cause.tip.slice(0, 7)}.`;
    }
    case "commit-gone":
      return `The commit ${cause.commit.slice(0, 7)} of ${cause.branch} no longer exists on GitHub, so no pull request can be opened for it, and an agent has to do the task again.`;
    case "revert-unsure":
      return `${cause.task} was merged as ${cause.merge.slice(0, 12)}, which may be the last of several commits; reverting it alone could leave the others.`;
    case "conflicts-with-base":
      return `It conflicts with ${cause.branch}.`;
    case "base-keeps-moving":
      return `${cause.branch} moved ${cause.times} times while this waited for its checks.`;
    case "checks-for-people":
      return `These checks failed, and "no-repair" in .github/headgate.yml says that no agent repairs them: ${cause.names.join(", ")}. Fix that on the branch of the pull request, which merges once they pass.`;
    case "checks-red": {
      const names = cause.names.join(", ");
      return cause.headline === null ? `Required checks failed: ${names}` : `${names}: ${cause.headline}`;
    }
    case "environment":
      return environmentText(cause);
    case "logs-unreadable":
      return "Required checks failed; their logs could not be read.";
    case "checks-interrupted":
      return `Required checks were interrupted ${cause.times} times.`;
    case "checks-missing":
      return [
        `Nothing has reported the required check: ${cause.names.join(", ")}`,
        ...(cause.ignored ?? []).map(ignoredText),
      ]
        .join("; ")
        .concat(".");
    case "checks-slow":
      return `Required checks took over ${cause.minutes} minutes.`;
    case "changes-requested":
      return `${cause.by.map((login) => `@${login}`).join(", ")} asked for changes: ${cause.text}`;
    case "pull-closed":
      return "Somebody closed the pull request: reopen it, or have another one opened for its last commit.";
    case "pull-retargeted":
      return cause.merged
        ? `Somebody merged the pull request into ${cause.base} instead of ${cause.branch}: have another one opened for its last commit.`
        : `Somebody had the pull request merge into ${cause.base} instead of ${cause.branch}: change its base back.`;
    case "mergeability-unknown":
      return "GitHub does not say whether it can be merged.";
    case "merge-refused":
      return `GitHub refuses the merge: ${cause.text}`;
    case "queue-full":
      return `Headgate's queue for ${cause.branch} holds ${cause.entries} pull requests already.`;
    case "model-unreachable":
      return `The connection to the model failed: ${cause.text}`;
    case "model-account-empty":
      return `The model's provider reports that the account has no money left: ${cause.text}`;
    case "model-unavailable":
      return `The model's provider does not answer for now (HTTP ${cause.status}): ${cause.text}`;
    case "model-key-refused":
      return `The model's provider refuses the API key (HTTP ${cause.status}): ${cause.text}`;
    case "model-request-refused":
      return `The model's provider refuses the request (HTTP ${cause.status}): ${cause.text}`;
    case "model-unpriced":
      return `No price is known for the model '${cause.model}'; known models: ${cause.known.join(", ")}`;
    case "model-too-slow":
      return "The model did not answer in time.";
    case "model-declined":
      return `The model refused to plan this: ${cause.text ?? "it gave no reason"}`;
    case "plan-cut-off":
      return `The plan was cut off after ${cause.tokens} tokens.`;
    case "context-outgrown":
      return "The issue and the files that the model read do not fit into its context window.";
    case "model-stopped":
      return `The model stopped without a plan (${cause.reason ?? "no reason given"}).`;
    case "answer-not-a-plan":
      return "The model's answer was not a plan in JSON, and asking again did not help.";
    case "no-answer":
      return "The model ended without an answer.";
    case "linked-list-missing":
      return `The issue links ${cause.path}, but ${cause.branch} has no such file.`;
    case "written-plan":
      return writtenPlanText(cause.where, cause.problems, cause.more);
    case "plan-unusable":
      return cause.text;
  }
}

function environmentText({ fault, text }: Extract<Cause, { kind: "environment" }>): string {
  switch (fault) {
    case "network":
      return `The machine could not reach the network: ${text}`;
    case "certificate":
      return `The machine does not trust a certificate: ${text}`;
    case "disk":
      return `The machine's disk is full: ${text}`;
    case "tool":
      return `The machine lacks a program: ${text}`;
    case "version":
      return `The machine has another version than this needs: ${text}`;
    case "not-run-here":
      return `The machine cannot run ${text}; the job says why.`;
  }
}

function noResultText(problem: NoResult): string {
  switch (problem.kind) {
    case "other-workflow":
      return `it ran '${problem.path}', not '${ATTEMPT_WORKFLOW}'`;
    case "run-again":
      return "it was re-run; a new attempt is needed instead";
    case "no-artifact":
      return "it uploaded no result";
    case "run-failed":
      return "the result that it uploaded does not count, because only a run that succeeds hands one in";
    case "bad-artifact":
      return `its artifact cannot be used: ${problem.text}`;
    case "no-result-file":
      return "its artifact has no result.json";
    case "not-json":
      return "its result.json is not JSON";
    case "not-the-protocol":
      return `its result.json does not fit protocol ${PROTOCOL}: ${problem.text}`;
    case "foreign-attempt":
      return `its result is of attempt '${problem.attempt}'`;
    case "unknown":
      return problem.text;
  }
}
