/** Gathers what the preflight judges, before anybody pays for anything. */
import { ATTEMPT_WORKFLOW, taskBranch } from "../../core/attempt.ts";
import type { Repo, RequiredCheck } from "../../core/github.ts";
import { type Facts, type Inspection, inspectRepository, type Warning } from "../../core/preflight/index.ts";
import type { Outside } from "../outside.ts";

const WORKFLOW = /^\.github\/workflows\/[^/]+\.ya?ml$/;
/** Files and workflows that are read, at most. */
const FILES = 100_000;
const WORKFLOWS = 50;
/** As many as `feature.observed` may carry. */
const WARNINGS = 100;

export async function preflight(
  outside: Pick<Outside, "github" | "readWorkflow">,
  about: { repo: Repo; issue: number; base: { branch: string; sha: string }; required: RequiredCheck[] },
): Promise<Inspection> {
  const { github } = outside;
  const { repo, issue, base, required } = about;
  const branch = taskBranch(issue, "task");
  const [files, rules, granted, reported] = await Promise.all([
    github.listFiles(repo, base.sha, FILES),
    github.branchRules(repo, branch),
    github.granted(repo),
    github.reportedChecks(repo, base.sha),
  ]);
  const { problems, warnings } = inspectRepository({
    base: base.branch,
    branch,
    required,
    reported,
    rules,
    granted,
    ...(await workflowsAmong(outside, repo, base.sha, files)),
  });
  return { problems, warnings: shortened(warnings) };
}

function shortened(warnings: Warning[]): Warning[] {
  if (warnings.length <= WARNINGS) return warnings;
  const shown = warnings.slice(0, WARNINGS - 1);
  return [...shown, { kind: "more-warnings", count: warnings.length - shown.length }];
}

/** The base branch's: a pull's own changes to workflow files are not Headgate's to foresee. */
async function workflowsAmong(
  outside: Parameters<typeof preflight>[0],
  repo: Repo,
  sha: string,
  files: readonly string[],
) {
  const facts: Pick<Facts, "workflows" | "unreadable"> = { workflows: [], unreadable: [] };
  const paths = files.filter((path) => WORKFLOW.test(path) && path !== ATTEMPT_WORKFLOW);
  for (const path of paths.slice(0, WORKFLOWS)) {
    const text = await outside.github.readFile(repo, sha, path);
    if (text === null) continue;
    const read = outside.readWorkflow(path, text);
    if (read.ok) facts.workflows.push(read.workflow);
    else facts.unreadable.push({ path, line: read.line, fault: read.fault });
  }
  return facts;
}
