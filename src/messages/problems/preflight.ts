/** Why Headgate cannot start in a repository, and what people should know before it does: what is so, and what to do. */
import type { ConfigFault, Problem, Warning, WorkflowFault, YamlFault } from "../../core/preflight/index.ts";
import { codeSpan } from "../sanitise.ts";

const CONFIG_FILE = "`.github/headgate.yml`";

export function problemText(problem: Problem): string {
  switch (problem.kind) {
    case "unknown":
      return problem.text;
    case "base-missing":
      return `The branch ${name(problem.branch)} does not exist. Create it, or name another base branch.`;
    case "workflow-missing":
      return `${name(problem.path)} is missing on ${name(problem.branch)}, and agents run in that workflow. Add it as the README shows.`;
    case "branch-in-the-way":
      return "A branch named `headgate` exists, and git cannot hold `headgate/…` branches beside it. Rename or delete that branch.";
    case "no-required-checks":
      return `${name(problem.branch)} requires no checks, so nothing would judge an agent's work. Require at least one status check in the branch's protection, or name one under \`checks\` in ${CONFIG_FILE}.`;
    case "config":
      return `${CONFIG_FILE}${problem.line === null ? "" : `, line ${problem.line}`}: ${configText(problem.fault).replace(/\.?$/, ".")}`;
    case "more-config":
      return `Fix ${problem.count} more problems in ${CONFIG_FILE}.`;
    case "permission-missing":
      return `The App lacks the permission ${name(problem.permission)}: ${problem.level}. Accept it in the installation's settings on GitHub.`;
    case "rule-refuses-branch":
      return `The ruleset ${name(problem.ruleset)} (rule ${name(problem.rule)}) would refuse branches such as ${name(problem.branch)}. Exclude \`headgate/**\` from it, or let the App bypass it.`;
    case "check-never-runs":
      return `The required check ${name(problem.check)} comes from ${name(problem.workflow)}, which runs neither on pull requests into ${name(problem.base)} nor on pushes to \`headgate/**\`, so no merge could get it. Add \`pull_request\` to the events that start that workflow.`;
  }
}

function configText(fault: ConfigFault): string {
  switch (fault.kind) {
    case "file-too-large":
      return `the file is larger than ${fault.mostKilobytes} KB`;
    case "not-a-mapping":
      return "the file must hold keys and values, such as 'max-parallel: 3'";
    case "unknown-key":
      return `unknown key '${fault.key}'${fault.group === null ? "" : ` in '${fault.group}'`}; known keys: ${fault.known.join(", ")}`;
    case "model-unpriced":
      return `'${fault.key}': no price is known for '${fault.model}'; known models: ${fault.known.join(", ")}`;
    case "path-outside":
      return `'${fault.key}': write the path from the repository's root, without a leading '/', '\\' or '..'`;
    case "path-repeats-group":
      return `'${fault.key}': do not repeat a group, as '+(' does; list what it stands for`;
    case "path-negated":
      return `'${fault.key}': do not exclude paths with '!'; list only what you mean`;
    case "invalid-value":
      return `'${fault.key}': ${lowerFirst(fault.quoted)}`;
    default:
      return yamlText(fault);
  }
}

function yamlText(fault: YamlFault): string {
  switch (fault.kind) {
    case "duplicate-key":
      return `the key '${fault.key}' is given twice`;
    case "second-document":
      return "the file holds a second document; keep one";
    case "not-yaml":
      return lowerFirst(fault.quoted);
  }
}

export function warningText(warning: Warning): string {
  switch (warning.kind) {
    case "check-runs-sometimes":
      return `The required check ${name(warning.check)} comes from ${name(warning.workflow)}, whose filters skip some pull requests, and a skipped pull request cannot merge. Filter inside the job instead.`;
    case "check-only-skipped": {
      const instead = warning.instead === null ? "other names" : `names such as ${name(warning.instead)}`;
      return `The required check ${name(warning.check)} is a job of ${name(warning.workflow)} that reports under ${instead} when it runs, and under this name only when it is skipped. No pull request whose job runs can merge. Require those names instead.`;
    }
    case "check-unknown":
      return `Nothing shows who makes the required check ${name(warning.check)}: no workflow of ${name(warning.base)} has a job of that name, and the last merged pull requests do not have it. Only an Actions job will count. If an App or a commit status makes it, name that under \`producers\` in .github/headgate.yml.`;
    case "check-red-on-base":
      return `The required check ${name(warning.check)} fails on ${name(warning.base)} itself. Pull requests that do not fix it cannot merge. Fix it first, or make that a task.`;
    case "base-unchecked":
      return `No required check has reported on ${name(warning.base)}, so it is not known if they pass there. Add \`push\` to the events that start them to see it.`;
    case "secrets-reachable":
      return `${name(warning.workflow)} runs what agents write with ${secrets(warning.secrets)}. Move them to an environment that a person must approve, or to a workflow that does not run on pull requests.`;
    case "token-writes":
      return `${name(warning.workflow)} runs what agents write with a token that may write ${list(warning.scopes)}. Give that job \`permissions\` that only read.`;
    case "self-hosted":
      return `${name(warning.workflow)} runs what agents write on a self-hosted runner. Use a runner that is deleted after each job.`;
    case "target-runs-head":
      return `${name(warning.workflow)} runs on \`pull_request_target\`, with the repository's secrets, and checks out what the pull request proposes. Use \`pull_request\`.`;
    case "workflow-unreadable": {
      const line = warning.line === null ? "" : `line ${warning.line}: `;
      return `${name(warning.workflow)} cannot be read, so nothing is known of its checks: ${name(line + workflowText(warning.fault))}.`;
    }
    case "more-warnings":
      return `There are ${warning.count} more warnings like these.`;
    case "unknown":
      return warning.text;
  }
}

function workflowText(fault: WorkflowFault): string {
  return fault.kind === "not-a-workflow" ? "it is not a workflow that GitHub would run" : yamlText(fault);
}

function secrets(names: readonly string[]): string {
  return names.includes("*") ? "all of the repository's secrets" : `secrets: ${list(names)}`;
}

function list(names: readonly string[]): string {
  return names.includes("*") ? "everything" : names.slice(0, 8).map(name).join(", ");
}

/** Backticks in it would need longer ones around it, and what many warnings say must fit into one comment. */
function name(text: string): string {
  return codeSpan(text.replaceAll("`", "'"), 120);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
