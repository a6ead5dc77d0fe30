/** Reads the workflow files of a commit, with the jobs of those that they call. */
import { ATTEMPT_WORKFLOW } from "../../core/attempt.ts";
import type { Repo } from "../../core/github.ts";
import type { Facts } from "../../core/preflight/index.ts";
import { LINK, SUBMODULE } from "../../core/promotion/tree.ts";
import { withCalled } from "../../core/workflow/calls.ts";
import type { GitHub } from "../github-port.ts";
import type { Outside } from "../outside.ts";

const WORKFLOW = /^\.github\/workflows\/[^/]+\.ya?ml$/;
/** Workflows that are read, at most. */
const WORKFLOWS = 50;

/** The base branch's: a pull's own changes to workflow files are not Headgate's to foresee. Leaves out the attempt workflow. */
export async function readWorkflows(
  { github, readWorkflow }: Pick<Outside, "github" | "readWorkflow">,
  repo: Repo,
  sha: string,
): Promise<Pick<Facts, "workflows" | "unreadable">> {
  const facts: Pick<Facts, "workflows" | "unreadable"> = { workflows: [], unreadable: [] };
  const files = [...(await github.tree(repo, sha)).keys()];
  const paths = files.filter((path) => WORKFLOW.test(path) && path !== ATTEMPT_WORKFLOW);
  for (const path of paths.slice(0, WORKFLOWS)) {
    const text = await readTextAt(github, repo, sha, path);
    if (text === null) continue;
    const read = await readWorkflow(path, text);
    if (read.ok) facts.workflows.push(read.workflow);
    else facts.unreadable.push({ path, line: read.line, fault: read.fault });
  }
  const byPath = new Map(facts.workflows.map((workflow) => [workflow.path, workflow]));
  const find = (path: string) => byPath.get(path) ?? null;
  return { ...facts, workflows: facts.workflows.map((workflow) => withCalled(workflow, find)) };
}

/** Reads a file of a commit by its content's SHA, which many commits share. null: there is none. */
export async function readTextAt(
  github: Pick<GitHub, "tree" | "blob" | "readFile">,
  repo: Repo,
  sha: string,
  path: string,
): Promise<string | null> {
  const file = (await github.tree(repo, sha)).get(path);
  if (file === undefined || file.mode === SUBMODULE) return null;
  // GitHub follows the link.
  if (file.mode === LINK) return github.readFile(repo, sha, path);
  return new TextDecoder().decode(await github.blob(repo, file.sha));
}
