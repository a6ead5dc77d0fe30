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
    case "workflow-disabled":
      return `The workflow ${name(problem.path)} is disabled, and agents run in it. Enable it under Actions.`;
    case "workflow-not-runnable":
      return problem.missing === null
        ? `${name(problem.path)} on ${name(problem.branch)} cannot be started: it is no workflow with \`workflow_dispatch\` among its events. Replace it as the README shows.`
        : `${name(problem.path)} on ${name(problem.branch)} does not take the inputs ${list(problem.missing)} of \`workflow_dispatch\`. Replace it as the README shows.`;
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
    case "merge-queue":
      return `${name(problem.branch)} takes merges only through a merge queue, and Headgate does not merge through one yet. Name another base branch, or let the App bypass that rule.`;
    case "merge-method-refused":
      return problem.allowed.length === 0
        ? `${name(problem.branch)} allows no way to merge a pull request: the repository's settings and its rules exclude each other. Allow squash merging in both.`
        : `${CONFIG_FILE} says \`merge.method: ${problem.method}\`, and ${name(problem.branch)} allows only ${list(problem.allowed)}. Change that line, or allow it in the repository's settings and rules.`;
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
    case "check-not-in-matrix":
      return `The required check ${name(warning.check)} has the name of a matrix job of ${name(warning.workflow)}, whose matrix makes ${list(warning.instead)} only. No pull request can get it. Require those names instead.`;
    case "checks-cancelled":
      return `The runs of ${name(warning.workflow)} for all pull requests share the concurrency group ${name(warning.group)}, and GitHub cancels all but the newest. Add \`github.ref\` to the group's name, or set \`max-parallel: 1\` in ${CONFIG_FILE}.`;
    case "check-unknown":
      return `Nothing shows who makes the required check ${name(warning.check)}: no workflow of ${name(warning.base)} has a job of that name, and the last merged pull requests do not have it. Only an Actions job will count. If an App or a commit status makes it, name that under \`producers\` in .github/headgate.yml.`;
    case "check-red-on-base":
      return `The required check ${name(warning.check)} fails on ${name(warning.base)} itself. Pull requests that do not fix it cannot merge. Fix it first, or make that a task.`;
    case "base-unchecked":
      return `No required check has reported on ${name(warning.base)}, so it is not known if they pass there. Add \`push\` to the events that start them to see it.`;
    case "merge-waits":
      return waitText(warning);
    case "rule-may-refuse":
      return `The rule ${name(warning.rule)} of ${name(warning.branch)}${warning.pattern === null ? "" : ` (${name(warning.pattern)})`} may refuse what Headgate merges. Set \`templates\` in ${CONFIG_FILE} for messages that it accepts, or let the App bypass it.`;
    case "branches-left":
      return `These branches are left from before, and a task cannot begin on a branch that holds something else: ${list(warning.branches)}. Delete them if nobody needs them.`;
    case "base-not-readable":
      return `GitHub does not show the App ${warning.what.map((what) => UNREADABLE[what] ?? what).join(", ")} of ${name(warning.branch)}. If a merge is refused for it, its pull request waits and says so.`;
    case "secrets-reachable":
      return `${name(warning.workflow)} runs what agents write with ${secrets(warning.secrets)}. Move them to an environment that a person must approve, or to a workflow that does not run on pull requests.`;
    case "token-writes":
      return `${name(warning.workflow)} runs what agents write with a token that may write ${list(warning.scopes)}. Give that job \`permissions\` that only read.`;
    case "token-unstated":
      return `${list(warning.workflows)} ${warning.workflows.length === 1 ? "states" : "state"} no \`permissions\`, so the repository's setting decides if agents' code gets a token that may write. Add \`permissions: { contents: read }\` there.`;
    case "environment-reachable":
      return `${name(warning.workflow)} runs what agents write in ${warning.environments.length === 1 ? "the environment" : "the environments"} ${list(warning.environments)}, with the secrets kept there. Let a person approve deployments to it, or limit it to the branches that may deploy.`;
    case "self-hosted":
      return `${name(warning.workflow)} runs what agents write on a self-hosted runner. Use a runner that is deleted after each job.`;
    case "runner-unknown":
      return `${name(warning.workflow)} runs what agents write on ${list(warning.runners)}, which may be a self-hosted runner. Name GitHub-hosted runners there, or use runners that are deleted after each job.`;
    case "call-unread":
      return `${name(warning.workflow)} calls ${list(warning.calls)}, which Headgate does not read. It may run what agents write on a self-hosted runner. Look into that file.`;
    case "target-runs-head":
      return `${name(warning.workflow)} runs on ${name(warning.event)}, with the repository's secrets, and checks out what a pull request proposes. ${insteadOf(warning.event)}`;
    case "target-may-run-head":
      return `${name(warning.workflow)} runs on ${name(warning.event)}, with the repository's secrets, and may check out what a pull request proposes: the file does not show what it fetches. ${insteadOf(warning.event)}`;
    case "secrets-afterwards":
      return `${name(warning.workflow)} runs on ${name(warning.event)} with ${secrets(warning.secrets)}. Agents' code runs or writes before it does, so check what it reads from there${warning.event === "workflow_run" ? ", or limit `branches` to those that do not begin with `headgate/`" : ""}.`;
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

const UNREADABLE: Record<string, string> = {
  settings: "the repository's merge methods",
  classic: "the branch protection",
  lock: "a lock",
  deployments: "required deployments",
  "last-push": "an approval of the last push",
  "merge-queue": "a merge queue",
};

function waitText({ branch, for: what, count, names }: Extract<Warning, { kind: "merge-waits" }>): string {
  const each = `Each pull request into ${name(branch)} waits`;
  switch (what) {
    case "approvals":
      return `${each} for ${count === 1 ? "an approving review" : `${count} approving reviews`} by a person before it merges.`;
    case "code-owners":
      return `${each} for a review by the owners of the changed files before it merges.`;
    case "conversations":
      return `${each} until its conversations are resolved.`;
    case "last-push":
      return `${each} for an approval of its last push before it merges.`;
    case "lock":
      return `${name(branch)} is locked, so no pull request into it merges until a person unlocks it.`;
    case "pushers":
      return `${name(branch)} may be changed only by some people and Apps, and Headgate's App is not among them. Add it there, or merge the pull requests yourself.`;
    case "deployments":
      return `${each} for deployments${names.length === 0 ? "" : ` to ${list(names)}`} before it merges.`;
    case "workflows":
      return `${each} for workflows that a ruleset requires${names.length === 0 ? "" : `: ${list(names)}`}.`;
  }
}

function workflowText(fault: WorkflowFault): string {
  return fault.kind === "not-a-workflow" ? "it is not a workflow that GitHub would run" : yamlText(fault);
}

function insteadOf(event: string): string {
  return event === "pull_request_target"
    ? "Use `pull_request`."
    : "Move that step to a workflow that runs on `pull_request`.";
}

function secrets(names: readonly string[]): string {
  return names.includes("*") ? "any of the repository's secrets" : `secrets: ${list(names)}`;
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
