/** Whether an event starts a workflow: event, activity type, and the filters on branches, tags, paths and workflows. */
import type { EventFilter, WorkflowSpec } from "../parse/model.ts";
import { matches } from "./patterns.ts";

export interface Occurrence {
  event: string;
  action: string | null;
  /** The branch that `branches` speaks of: pushed, a pull's base, or the head of the run that `workflow_run` tells of. */
  branch: string | null;
  /** The tag that was pushed. */
  tag: string | null;
  /** Only `workflow_run`: the name of the workflow that ran. */
  workflowName: string | null;
  /** Paths that changed; asked for only when a filter needs them. */
  changedPaths(): Promise<string[]>;
}

/** Events that mean only some of their activity types unless a workflow says which. */
const defaultTypes: Record<string, string[]> = {
  pull_request: ["opened", "synchronize", "reopened"],
  pull_request_target: ["opened", "synchronize", "reopened"],
};

function allows(only: string[] | null, ignored: string[] | null, text: string): boolean {
  if (only !== null) return matches(only, text);
  return ignored === null || !matches(ignored, text);
}

/** A filter on branches alone keeps tags out, and the other way round. */
function refAllowed(filter: EventFilter, { branch, tag }: Occurrence): boolean {
  const onBranches = filter.branches !== null || filter.branchesIgnore !== null;
  const onTags = filter.tags !== null || filter.tagsIgnore !== null;
  if (tag !== null) return onTags ? allows(filter.tags, filter.tagsIgnore, tag) : !onBranches;
  if (branch === null) return true;
  return onBranches ? allows(filter.branches, filter.branchesIgnore, branch) : !onTags;
}

async function pathsAllowed(filter: EventFilter, occurrence: Occurrence): Promise<boolean> {
  const { paths, pathsIgnore } = filter;
  if ((paths === null && pathsIgnore === null) || occurrence.tag !== null) return true;
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
