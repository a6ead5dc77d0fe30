/**
 * Foresees the check runs that a pull request into a branch would get, from the workflow files and before there is one. A
 * check that may stay away or judges nothing is listed with the reason: it depends on the run (a matrix made of another job's
 * output, a filter on paths), or its job says nothing here (`outlook.ts`).
 */
import type { Repository } from "../../store/entities.ts";
import { impossible } from "../execute/unsupported.ts";
import { defaultCacheAccess } from "../parse/cache-mode.ts";
import type { WorkflowSpec } from "../parse/model.ts";
import { defaultPermissions } from "../parse/permissions.ts";
import { findCalls } from "../schedule/calls.ts";
import type { Level } from "../schedule/level.ts";
import type { Scheduler } from "../schedule/scheduler.ts";
import { definitionOf } from "../schedule/start.ts";
import { isDisabled } from "../schedule/workflows.ts";
import { branchPushed, pullOpened } from "./contexts.ts";
import { requiredFiles } from "./events.ts";
import { starts } from "./filters.ts";
import { firstLack, lackingOf } from "./lacking.ts";
import { foreseeJobs, type Judge } from "./outlook.ts";
import type { ForeseenJob, Unless } from "./unless.ts";

export interface Foreseen extends ForeseenJob {
  workflow: string;
}

/** The pull that is foreseen: the branch that it goes into, and one that it may come from. */
export interface ForeseenPull {
  base: string;
  head: string;
}

/** Names the event that starts a workflow for a pull, and the reason why some of its heads may not start it. */
interface Start {
  event: "pull_request" | "push";
  unless: Unless | null;
}

export async function foreseePullChecks(
  scheduler: Scheduler,
  repository: Repository,
  pull: ForeseenPull,
): Promise<Foreseen[]> {
  const commit = await scheduler.host.resolve(repository, `refs/heads/${pull.base}`);
  if (commit === null) return [];
  const found: Foreseen[] = [];
  const own = (await scheduler.files.at(repository, commit)).map((file) => ({ ...file, definition: null }));
  for (const { path, parsed, definition } of [...own, ...(await requiredFiles(scheduler, repository))]) {
    if (isDisabled(scheduler.host.store, repository, path)) continue;
    if ("errors" in parsed) {
      found.push(invalid(path, parsed.errors[0] ?? ""));
      continue;
    }
    const { workflow } = parsed;
    const start = await startOf(workflow, repository, pull);
    if (start === null) continue;
    const place = definitionOf(scheduler, repository, { checkoutSha: commit, definition });
    const ready = await findCalls(scheduler, workflow, place);
    if ("error" in ready) {
      found.push(invalid(path, ready.error));
      continue;
    }
    const lacks = await lackingOf({ scheduler, repository, commit }, [workflow, ...ready.calls.values()]);
    const judge: Judge = (spec, labels, steps) => impossible(spec, labels) ?? firstLack(steps, lacks);
    for (const one of foreseeJobs(topLevel(repository, workflow, start, pull), ready.calls, judge)) {
      found.push({ workflow: path, name: one.name, unless: one.unless ?? start.unless });
    }
  }
  return found;
}

/** A push to the head's branch makes checks as well as the pull does: they count by their commit. */
async function startOf(
  workflow: WorkflowSpec,
  repository: Repository,
  { base, head }: ForeseenPull,
): Promise<Start | null> {
  const anyPath = { tag: null, workflowName: null, changedPaths: null };
  const onPull = (action: string) => starts(workflow, { ...anyPath, event: "pull_request", action, branch: base });
  const filtered = (event: Start["event"]): Unless | null => {
    const filter = workflow.on.get(event);
    return filter !== undefined && (filter.paths !== null || filter.pathsIgnore !== null)
      ? { kind: "path-filter" }
      : null;
  };
  if (await onPull("opened")) {
    if (!(await onPull("synchronize"))) return { event: "pull_request", unless: { kind: "first-head-only" } };
    const ignores = repository.ignoresPathFilters === true;
    return { event: "pull_request", unless: ignores ? null : filtered("pull_request") };
  }
  if (!(await starts(workflow, { ...anyPath, event: "push", action: null, branch: head }))) return null;
  return { event: "push", unless: filtered("push") };
}

/** GitHub would fail every run of the file. Only the first line is kept: the rest points into the file. */
function invalid(path: string, error: string): Foreseen {
  const line = (error.split("\n")[0] ?? "").replace(`${path}: `, "").replace(/[:.]$/, "");
  return { workflow: path, name: path, unless: { kind: "invalid", error: line } };
}

function topLevel(repository: Repository, workflow: WorkflowSpec, { event }: Start, pull: ForeseenPull): Level {
  return {
    workflow,
    github: event === "push" ? branchPushed(repository, pull.head) : pullOpened(repository, pull.base),
    vars: repository.variables,
    namePrefix: "",
    keyPrefix: "",
    inputs: {},
    secrets: {},
    permissions: defaultPermissions,
    cacheAccess: defaultCacheAccess(event),
    isCalled: false,
    cancel: null,
    held: [],
  };
}
