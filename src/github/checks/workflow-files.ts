/** Reads the workflow file of a run, with the files that it calls. */
import type { Repo } from "../../core/github.ts";
import type { Workflow, WorkflowReading } from "../../core/preflight/index.ts";
import { calledPaths, withCalled } from "../../core/workflow/calls.ts";
import type { GitHub } from "../../loop/github-port.ts";

export type ReadWorkflow = (path: string, text: string) => WorkflowReading | Promise<WorkflowReading>;

export interface WorkflowFiles {
  readWorkflow: ReadWorkflow;
  readFile: GitHub["readFile"];
}

/** GitHub's own limit on the files that a run calls is 50. */
const MAX_FILES = 50;

/** Returns null where the file is elsewhere, as with a workflow that another repository requires, or cannot be read. */
export async function workflowAt(
  { readFile, readWorkflow }: WorkflowFiles,
  repo: Repo,
  sha: string,
  path: string,
): Promise<Workflow | null> {
  const known = new Map<string, Workflow | null>();
  const wanted = [path];
  for (let next = wanted.shift(); next !== undefined && known.size < MAX_FILES; next = wanted.shift()) {
    if (known.has(next)) continue;
    const text = await readFile(repo, sha, next);
    const read = text === null ? null : await readWorkflow(next, text);
    known.set(next, read?.ok === true ? read.workflow : null);
    if (read?.ok === true) wanted.push(...calledPaths(read.workflow));
  }
  const workflow = known.get(path) ?? null;
  return workflow === null ? null : withCalled(workflow, (called) => known.get(called) ?? null);
}
