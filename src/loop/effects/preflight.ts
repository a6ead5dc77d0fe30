/** What the repository would do with Headgate's branches and pulls, looked at before anybody pays for anything. */
import { ATTEMPT_WORKFLOW, taskBranch } from "../../core/attempt.ts";
import type { Repo, RequiredCheck } from "../../core/github.ts";
import { type Facts, judgePreflight } from "../../core/preflight/index.ts";
import { findingText } from "../../messages/preflight.ts";
import type { Outside } from "../outside.ts";

const WORKFLOW = /^\.github\/workflows\/[^/]+\.ya?ml$/;
/** Files and workflows that are looked at, at most. */
const FILES = 100_000;
const WORKFLOWS = 50;
/** As many as a look may carry. */
const WARNINGS = 100;

export interface Preflight {
  /** Why it cannot begin. */
  problems: string[];
  /** What a person should know before saying yes. */
  warnings: string[];
}

export async function preflight(
  outside: Pick<Outside, "github" | "readWorkflow">,
  about: { repo: Repo; issue: number; base: { branch: string; sha: string }; required: RequiredCheck[] },
): Promise<Preflight> {
  const { github } = outside;
  const { repo, issue, base, required } = about;
  const branch = taskBranch(issue, "task");
  const [files, rules, granted, reported] = await Promise.all([
    github.listFiles(repo, base.sha, FILES),
    github.branchRules(repo, branch),
    github.granted(repo),
    github.reportedChecks(repo, base.sha),
  ]);
  const found = judgePreflight({
    base: base.branch,
    branch,
    required,
    reported,
    rules,
    granted,
    ...(await workflowsAmong(outside, repo, base.sha, files)),
  });
  const texts = (refuses: boolean) => found.filter((one) => one.refuses === refuses).map(findingText);
  return { problems: texts(true), warnings: shortened(texts(false)) };
}

function shortened(texts: string[]): string[] {
  if (texts.length <= WARNINGS) return texts;
  return [...texts.slice(0, WARNINGS - 1), `There are ${texts.length - WARNINGS + 1} more findings like these.`];
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
    else facts.unreadable.push({ path, text: read.text });
  }
  return facts;
}
