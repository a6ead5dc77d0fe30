/**
 * Lists what the base's workflows hand to an agent's code: secrets, tokens that may write, environments and machines. What the files
 * do not show counts as handed over.
 */
import type { Facts, Workflow, WorkflowJob } from "./facts.ts";
import { branchPasses } from "./filters.ts";
import { distinct } from "./named.ts";
import type { Warning } from "./problem.ts";
import { runsOnPulls } from "./runs.ts";

export function exposures(facts: Facts): Warning[] {
  const given = facts.workflows.filter((workflow) => runsHeads(workflow, facts));
  const unstated = given.filter(({ jobs }) => jobs.some(({ writes }) => writes === null));
  return [
    ...facts.workflows.flatMap((workflow) => [...targeted(workflow, facts), ...afterwards(workflow, facts)]),
    ...given.flatMap(handed),
    // One sentence for all of them: most repositories state permissions nowhere, or everywhere.
    ...(unstated.length === 0
      ? []
      : [{ kind: "token-unstated" as const, workflows: distinct(unstated.map(({ path }) => path)) }]),
  ];
}

function runsHeads(workflow: Workflow, facts: Facts): boolean {
  return workflow.alsoOnHeads.length > 0 || runsOnPulls(workflow, facts) !== "never";
}

/** Lists what jobs that run a head's own code get. */
function handed({ path, jobs }: Workflow): Warning[] {
  const warnings: Warning[] = [];
  const secrets = distinct(jobs.flatMap((job) => job.secrets));
  if (secrets.length > 0) warnings.push({ kind: "secrets-reachable", workflow: path, secrets });
  const environments = distinct(jobs.flatMap(({ environment }) => environment ?? []));
  if (environments.length > 0) warnings.push({ kind: "environment-reachable", workflow: path, environments });
  const scopes = distinct(jobs.flatMap((job) => job.writes ?? []));
  if (scopes.length > 0) warnings.push({ kind: "token-writes", workflow: path, scopes });
  const on = (kind: WorkflowJob["runner"]["kind"]) =>
    jobs.flatMap(({ runner }) => (runner.kind === kind ? runner.shown : []));
  if (on("self-hosted").length > 0) warnings.push({ kind: "self-hosted", workflow: path });
  const runners = distinct(on("unknown"));
  if (runners.length > 0) warnings.push({ kind: "runner-unknown", workflow: path, runners });
  const calls = distinct(jobs.flatMap((job) => job.calls ?? []));
  if (calls.length > 0) warnings.push({ kind: "call-unread", workflow: path, calls });
  return warnings;
}

/** The base's own file runs for the pull, with all secrets. Only what it fetches makes it run an agent's code. */
function targeted({ path, jobs, pullRequestTarget }: Workflow, { base }: Facts): Warning[] {
  if (pullRequestTarget === null || !branchPasses(pullRequestTarget, base)) return [];
  return fetched(path, jobs, "pull_request_target");
}

function afterwards({ path, jobs, afterwards: events }: Workflow, { branch }: Facts): Warning[] {
  const secrets = distinct(jobs.flatMap((job) => job.secrets));
  return events.flatMap(({ event, ...filters }): Warning[] => {
    // Only `workflow_run` knows filters, by the branch of the run before.
    if (!branchPasses(filters, branch)) return [];
    const warnings = fetched(path, jobs, event);
    if (warnings.length > 0 || secrets.length === 0) return warnings;
    return [{ kind: "secrets-afterwards", workflow: path, event, secrets }];
  });
}

function fetched(workflow: string, jobs: readonly WorkflowJob[], event: string): Warning[] {
  if (jobs.some(({ takesHead }) => takesHead === "yes")) return [{ kind: "target-runs-head", workflow, event }];
  const may = jobs.some(({ takesHead, calls }) => takesHead === "maybe" || calls !== null);
  return may ? [{ kind: "target-may-run-head", workflow, event }] : [];
}
