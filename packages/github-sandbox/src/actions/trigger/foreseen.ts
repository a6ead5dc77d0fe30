/**
 * Which check runs a pull request into a branch would get, read from the workflow files before there is one. What nobody
 * should wait for is listed with the reason: what only a run can tell (a matrix made of another job's output, a filter on
 * paths), and what this runner cannot do.
 */
import type { Repository } from "../../store/entities.ts";
import { localAction } from "../built-in/table.ts";
import { impossible } from "../execute/run-job.ts";
import { usableRepository } from "../execute/steps/action-source.ts";
import { defaultCacheAccess } from "../parse/cache-mode.ts";
import { evaluate, type Scope } from "../parse/expressions.ts";
import { strategyOf } from "../parse/matrix.ts";
import type { StepsJob, WorkflowSpec } from "../parse/model.ts";
import { defaultPermissions } from "../parse/permissions.ts";
import { type Calls, calleeInputs, findCalls } from "../schedule/calls.ts";
import { jobName, jobScope, type Level } from "../schedule/level.ts";
import { runnerLabels } from "../schedule/live-job.ts";
import type { Runner } from "../schedule/runner.ts";
import { definitionOf } from "../schedule/start.ts";
import { requiredFiles } from "./events.ts";
import { starts } from "./filters.ts";

export interface Foreseen {
  workflow: string;
  /** The check run's name. */
  name: string;
  /** Why it may not be there on every pull; null: it is. */
  unless: string | null;
}

export async function foreseePullChecks(runner: Runner, repository: Repository, branch: string): Promise<Foreseen[]> {
  const commit = await runner.host.resolve(repository, `refs/heads/${branch}`);
  if (commit === null) return [];
  const found: Foreseen[] = [];
  const own = (await runner.files.at(repository, commit)).map((file) => ({ ...file, definition: null }));
  for (const { path, parsed, definition } of [...own, ...(await requiredFiles(runner, repository))]) {
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
    const calls = await findCalls(
      runner,
      workflow,
      definitionOf(runner, repository, { checkoutSha: commit, definition }),
    );
    if ("error" in calls) {
      found.push(invalid(path, calls.error));
      continue;
    }
    const filtered = filter !== undefined && (filter.paths !== null || filter.pathsIgnore !== null);
    const unless = filtered ? "its workflow is filtered by paths" : null;
    for (const one of namesOf(runner, repository, branch, workflow, calls)) {
      found.push({ workflow: path, name: one.name, unless: unless ?? one.unless });
    }
  }
  return found;
}

/** GitHub would fail every run of it. Only the first line: the rest points into the file. */
function invalid(path: string, error: string): Foreseen {
  const line = (error.split("\n")[0] ?? "").replace(`${path}: `, "").replace(/[:.]$/, "");
  return { workflow: path, name: path, unless: `it is invalid: ${line}` };
}

function withoutPaths(workflow: WorkflowSpec): WorkflowSpec {
  const on = new Map([...workflow.on].map(([event, filter]) => [event, { ...filter, paths: null, pathsIgnore: null }]));
  return { ...workflow, on };
}

function namesOf(
  runner: Runner,
  repository: Repository,
  branch: string,
  workflow: WorkflowSpec,
  calls: Calls,
): Omit<Foreseen, "workflow">[] {
  const github = {
    event_name: "pull_request",
    base_ref: branch,
    repository: `${repository.owner}/${repository.name}`,
    repository_owner: repository.owner,
    event: { action: "opened", pull_request: { base: { ref: branch } } },
  };
  const namesAt = (level: Level): Omit<Foreseen, "workflow">[] =>
    level.workflow.jobs.flatMap((spec) => {
      const scope = (more: Record<string, unknown> = {}) =>
        jobScope(level, github, repository.variables, new Map(), false, more);
      try {
        const { combinations } = strategyOf(evaluate(spec.strategy, scope()));
        return combinations.flatMap((matrix) => {
          const name = jobName(level, spec, matrix, scope({ matrix }));
          if (spec.kind === "steps") return [{ name, unless: beyondUs(runner, repository, spec, scope({ matrix })) }];
          const callee = calls.get(spec);
          if (callee === undefined) return [{ name, unless: null }];
          return namesAt(called(level, callee, name, calleeInputs(callee, spec, scope({ matrix }))));
        });
      } catch {
        return [{ name: `${level.namePrefix}${spec.id}`, unless: "its name depends on what other jobs find" }];
      }
    });
  return namesAt(called(null, workflow, null, {}));
}

/** Why a job can only fail here, if it can; null: it may pass. */
function beyondUs(runner: Runner, repository: Repository, spec: StepsJob, scope: Scope): string | null {
  const missing = spec.steps
    .filter((step) => step.kind === "uses")
    .find((step) => isMissing(runner, repository, step.uses));
  if (missing !== undefined) return `it uses ${missing.uses}, which is not here`;
  const reason = impossible(spec, runnerLabels(evaluate(spec.runsOn, scope)));
  return reason && reason.charAt(0).toLowerCase() + reason.slice(1).replace(/\.$/, "");
}

/** An action in the workspace is known only when its job runs. */
function isMissing(runner: Runner, repository: Repository, uses: string): boolean {
  if (uses.startsWith("./") || localAction(uses) !== null) return false;
  const [, fullName = ""] = /^([^/@]+\/[^/@]+)(?:\/[^@]*)?@.+$/.exec(uses) ?? [];
  return usableRepository(runner.host, repository, fullName) === null;
}

function called(
  caller: Level | null,
  workflow: WorkflowSpec,
  name: string | null,
  inputs: Record<string, unknown>,
): Level {
  return {
    workflow,
    namePrefix: name === null ? "" : `${name} / `,
    keyPrefix: "",
    inputs,
    secrets: {},
    permissions: defaultPermissions,
    cacheAccess: defaultCacheAccess("pull_request"),
    isCalled: caller !== null,
    cancel: null,
    held: [],
  };
}
