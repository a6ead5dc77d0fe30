/** Decides whether an event starts a workflow: by event, activity type, and the filters on branches, tags, paths and workflows. */
import type { EventFilter, WorkflowSpec } from "../parse/model.ts";
import { matches } from "./patterns.ts";

export interface Occurrence {
  event: string;
  action: string | null;
  /** The branch that `branches` filters: the pushed one, a pull's base, or the head of the run that `workflow_run` is about. */
  branch: string | null;
  /** The tag that was pushed. */
  tag: string | null;
  /** The name of the workflow that ran; only for `workflow_run`. */
  workflowName: string | null;
  /** Reads the changed paths. Called only when a filter needs them: it costs a git process. null: every path counts as changed. */
  changedPaths: (() => Promise<string[]>) | null;
}

/** The activity types of an event for a workflow that lists none; of other events all types count. */
const defaultTypes: Record<string, string[]> = {
  pull_request: ["opened", "synchronize", "reopened"],
  pull_request_target: ["opened", "synchronize", "reopened"],
};

function allows(only: string[] | null, ignored: string[] | null, text: string): boolean {
  if (only !== null) return matches(only, text);
  return ignored === null || !matches(ignored, text);
}

/** A workflow that filters only branches starts for no tag, and one that filters only tags for no branch. */
function refAllowed(filter: EventFilter, { branch, tag }: Occurrence): boolean {
  const onBranches = filter.branches !== null || filter.branchesIgnore !== null;
  const onTags = filter.tags !== null || filter.tagsIgnore !== null;
  if (tag !== null) return onTags ? allows(filter.tags, filter.tagsIgnore, tag) : !onBranches;
  if (branch === null) return true;
  return onBranches ? allows(filter.branches, filter.branchesIgnore, branch) : !onTags;
}

async function pathsAllowed(filter: EventFilter, occurrence: Occurrence): Promise<boolean> {
  const { paths, pathsIgnore } = filter;
  const isFiltered = paths !== null || pathsIgnore !== null;
  if (!isFiltered || occurrence.tag !== null || occurrence.changedPaths === null) return true;
  const changed = await occurrence.changedPaths();
  if (paths !== null) return changed.some((path) => matches(paths, path));
  return changed.some((path) => !matches(pathsIgnore ?? [], path));
}

export async function starts(workflow: WorkflowSpec, occurrence: Occurrence): Promise<boolean> {
  const filter = workflow.on.get(occurrence.event);
  if (filter === undefined) return false;
  const types = filter.types ?? defaultTypes[occurrence.event] ?? null;
  if (types !== null && occurrence.action !== null && !types.includes(occurrence.action)) return false;
  if (occurrence.event === "workflow_run" && !filter.workflows.some((name) => name === occurrence.workflowName)) {
    return false;
  }
  return refAllowed(filter, occurrence) && (await pathsAllowed(filter, occurrence));
}
