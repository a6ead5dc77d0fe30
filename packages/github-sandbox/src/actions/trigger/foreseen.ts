/**
 * Foresees the check runs that a pull request into a branch would get, from the workflow files and before there is one. A
 * check that may stay away or judges nothing is listed with the reason: it depends on the run (a matrix made of another job's
 * output, a filter on paths), or its job says nothing here (`outlook.ts`).
 */
import type { Repository } from "../../store/entities.ts";
import { lackText } from "../execute/lack.ts";
import { impossible } from "../execute/unsupported.ts";
import { usableRepository } from "../host/repositories.ts";
import { defaultCacheAccess } from "../parse/cache-mode.ts";
import { evaluate, knownInPart, type Scope } from "../parse/expressions.ts";
import type { StepsJob, WorkflowSpec } from "../parse/model.ts";
import { defaultPermissions } from "../parse/permissions.ts";
import { runnerLabels } from "../parse/runs-on.ts";
import { findCalls } from "../schedule/calls.ts";
import type { Level } from "../schedule/level.ts";
import type { Scheduler } from "../schedule/scheduler.ts";
import { definitionOf } from "../schedule/start.ts";
import { requiredFiles } from "./events.ts";
import { starts } from "./filters.ts";
import { type ForeseenJob, foreseeJobs } from "./outlook.ts";

export interface Foreseen extends ForeseenJob {
  workflow: string;
}

/** The branch whose pulls are foreseen. */
interface Into {
  scheduler: Scheduler;
  repository: Repository;
  branch: string;
}

export async function foreseePullChecks(
  scheduler: Scheduler,
  repository: Repository,
  branch: string,
): Promise<Foreseen[]> {
  const commit = await scheduler.host.resolve(repository, `refs/heads/${branch}`);
  if (commit === null) return [];
  const found: Foreseen[] = [];
  const own = (await scheduler.files.at(repository, commit)).map((file) => ({ ...file, definition: null }));
  for (const { path, parsed, definition } of [...own, ...(await requiredFiles(scheduler, repository))]) {
    if ("errors" in parsed) {
      found.push(invalid(path, parsed.errors[0] ?? ""));
      continue;
    }
    const { workflow } = parsed;
    const filter = workflow.on.get("pull_request");
    // Paths are left out here: whether they match depends on the pull.
    const opened = { event: "pull_request", action: "opened", branch, tag: null, workflowName: null };
    const anyPath = filter === undefined ? workflow : withoutPaths(workflow);
    if (!(await starts(anyPath, { ...opened, changedPaths: async () => [] }))) continue;
    const place = definitionOf(scheduler, repository, { checkoutSha: commit, definition });
    const ready = await findCalls(scheduler, workflow, place);
    if ("error" in ready) {
      found.push(invalid(path, ready.error));
      continue;
    }
    const filtered = filter !== undefined && (filter.paths !== null || filter.pathsIgnore !== null);
    const unless = filtered ? "its workflow is filtered by paths" : null;
    const into = { scheduler, repository, branch };
    const elsewhere = await storedElsewhere(into, commit);
    const beyond = (spec: StepsJob, scope: Scope) => beyondUs(into, spec, scope) ?? asksFor(elsewhere, spec);
    for (const one of foreseeJobs(topLevel(into, workflow), ready.calls, beyond)) {
      found.push({ workflow: path, name: one.name, unless: unless ?? one.unless });
    }
  }
  return found;
}

/** GitHub would fail every run of the file. Only the first line is kept: the rest points into the file. */
function invalid(path: string, error: string): Foreseen {
  const line = (error.split("\n")[0] ?? "").replace(`${path}: `, "").replace(/[:.]$/, "");
  return { workflow: path, name: path, unless: `it is invalid: ${line}` };
}

function withoutPaths(workflow: WorkflowSpec): WorkflowSpec {
  const on = new Map([...workflow.on].map(([event, filter]) => [event, { ...filter, paths: null, pathsIgnore: null }]));
  return { ...workflow, on };
}

function topLevel({ repository, branch }: Into, workflow: WorkflowSpec): Level {
  return {
    workflow,
    github: pullOpened(repository, branch),
    vars: repository.variables,
    namePrefix: "",
    keyPrefix: "",
    inputs: {},
    secrets: {},
    permissions: defaultPermissions,
    cacheAccess: defaultCacheAccess("pull_request"),
    isCalled: false,
    cancel: null,
    held: [],
  };
}

/** A pull request as every one of a branch of the repository looks. Its number stands for any. */
function pullOpened(repository: Repository, branch: string): Record<string, unknown> {
  const fullName = `${repository.owner}/${repository.name}`;
  const repo = knownInPart({ full_name: fullName, fork: false });
  const base = knownInPart({ ref: branch, repo });
  return knownInPart({
    event_name: "pull_request",
    base_ref: branch,
    ref: "refs/pull/1/merge",
    ref_name: "1/merge",
    ref_type: "branch",
    repository: fullName,
    repository_owner: repository.owner,
    event: knownInPart({
      action: "opened",
      repository: repo,
      pull_request: knownInPart({ base, head: knownInPart({ repo }), draft: false, merged: false }),
    }),
  });
}

/** Returns the inputs of actions/checkout that ask for what this sandbox does not store, with what that is. */
async function storedElsewhere({ scheduler, repository }: Into, commit: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const read = (path: string) => scheduler.host.readFile(repository, commit, path);
  if ((await read(".gitmodules")) !== null) found.set("submodules", "submodules");
  if (/\bfilter=lfs\b/.test((await read(".gitattributes")) ?? "")) found.set("lfs", "Git LFS files");
  return found;
}

function asksFor(elsewhere: ReadonlyMap<string, string>, { steps }: StepsJob): string | null {
  const checkouts = steps
    .filter((step) => step.kind === "uses")
    .filter(({ uses }) => /^actions\/checkout@/i.test(uses));
  const inputs = checkouts.flatMap((step) => [...step.with]);
  for (const [input, stored] of elsewhere) {
    const asks = inputs.some(
      ([name, value]) =>
        name.toLowerCase() === input && !("false" === String(value ?? "false").toLowerCase() || value === ""),
    );
    if (asks) return lackText({ kind: "stored-elsewhere", what: stored });
  }
  return null;
}

/** Returns why a job can only fail here; null: it may pass. */
function beyondUs(into: Into, spec: StepsJob, scope: Scope): string | null {
  const missing = spec.steps.filter((step) => step.kind === "uses").find((step) => isMissing(into, step.uses));
  if (missing !== undefined) return lackText({ kind: "action", uses: missing.uses });
  const labels = runnerLabels(evaluate(spec.runsOn, scope));
  if (labels.length === 0) return "it names no runner in 'runs-on'";
  const lack = impossible(spec, labels);
  return lack === null ? null : lackText(lack);
}

/** An action in the workspace is known only when its job runs, so it never counts as missing. */
function isMissing({ scheduler, repository }: Into, uses: string): boolean {
  if (uses.startsWith("./") || scheduler.builtIn(uses) !== null) return false;
  const [, fullName = ""] = /^([^/@]+\/[^/@]+)(?:\/[^@]*)?@.+$/.exec(uses) ?? [];
  return usableRepository(scheduler.host, repository, fullName) === null;
}
