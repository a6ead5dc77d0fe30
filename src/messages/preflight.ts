/** What the preflight found, in sentences that say what to do. */
import type { Finding } from "../core/preflight/index.ts";
import { codeSpan } from "./sanitise.ts";

/** One sentence of what is so, and what to do about it. */
export function findingText(finding: Finding): string {
  switch (finding.about) {
    case "permission-missing":
      return `The App lacks the permission ${name(finding.permission)}: ${finding.level}. Accept it in the installation's settings on GitHub.`;
    case "rule-refuses-branch":
      return `The ruleset ${name(finding.ruleset)} (rule ${name(finding.rule)}) would refuse branches such as ${name(finding.branch)}. Leave \`headgate/**\` out of it, or add the App to those who may bypass it.`;
    case "check-never-runs":
      return `The required check ${name(finding.check)} is made by ${name(finding.workflow)}, which runs neither on pull requests into ${name(finding.base)} nor on pushes to \`headgate/**\`: merges would wait for it for ever. Add \`pull_request\` to what starts that workflow.`;
    case "check-runs-sometimes":
      return `The required check ${name(finding.check)} comes from ${name(finding.workflow)}, whose filters skip some pull requests; a pull that it skips cannot merge. Filter inside the job instead.`;
    case "check-unknown":
      return `Nobody has reported the required check ${name(finding.check)} on ${name(finding.base)}, and no workflow has a job of that name. If it does not come to pull requests either, merges wait for it.`;
    case "secrets-reachable":
      return `${name(finding.workflow)} runs what agents write with ${secrets(finding.secrets)}. Move them to an environment that a person must approve, or to a workflow that does not run on pull requests.`;
    case "token-writes":
      return `${name(finding.workflow)} runs what agents write with a token that may write ${list(finding.scopes)}. Give that job \`permissions\` that only read.`;
    case "self-hosted":
      return `${name(finding.workflow)} runs what agents write on a self-hosted runner. Use one that is thrown away after each job.`;
    case "target-runs-head":
      return `${name(finding.workflow)} runs on \`pull_request_target\`, with the repository's secrets, and checks out what the pull proposes. Use \`pull_request\`.`;
    case "workflow-unreadable":
      return `${name(finding.workflow)} could not be read, so nothing is known of its checks: ${name(finding.text)}.`;
  }
}

function secrets(names: readonly string[]): string {
  return names.includes("*") ? "all of the repository's secrets" : `secrets: ${list(names)}`;
}

function list(names: readonly string[]): string {
  return names.includes("*") ? "everything" : names.slice(0, 8).map(name).join(", ");
}

/** Backticks in it would need longer ones around it, and what many findings say must fit into one comment. */
function name(text: string): string {
  return codeSpan(text.replaceAll("`", "'"), 120);
}
