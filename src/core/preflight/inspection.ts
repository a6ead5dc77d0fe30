/** Inspects whether Headgate can work in a repository, and what the repository's workflows would give to agents' code. */
import { ACTIONS_APP, fromAnyFile, type RequiredCheck } from "../github.ts";
import { expectedProducer, judgeHead } from "../lane/gate.ts";
import { makes } from "../workflow/names.ts";
import type { Facts, Workflow } from "./facts.ts";
import { branchPasses } from "./filters.ts";
import type { Problem, Warning } from "./problem.ts";

/** The permissions that Headgate needs. https://docs.github.com/rest/authentication/permissions-required-for-github-apps */
const NEEDED = {
  metadata: "read",
  contents: "write",
  issues: "write",
  pull_requests: "write",
  actions: "write",
  checks: "read",
  statuses: "read",
  workflows: "write",
} as const;

/** Rules that keep a branch from being made, moved or filled by an App that need not be let past. */
const REFUSING = ["creation", "update", "pull_request", "required_status_checks", "workflows", "required_deployments"];

/** First what keeps merges waiting, then what agents' code could reach. */
const ORDER: readonly Warning["kind"][] = [
  "check-red-on-base",
  "check-runs-sometimes",
  "check-only-skipped",
  "check-unknown",
  "base-unchecked",
  "target-runs-head",
  "secrets-reachable",
  "token-writes",
  "self-hosted",
  "workflow-unreadable",
];

export interface Inspection {
  problems: Problem[];
  warnings: Warning[];
}

export function inspectRepository(facts: Facts): Inspection {
  const coverage = facts.required.map((check) => coverageOf(facts, check));
  const warnings = [
    ...coverage.flatMap(({ warning }) => warning ?? []),
    ...baseStanding(facts),
    ...facts.workflows.flatMap((workflow) => exposure(facts, workflow)),
    ...facts.unreadable.map(({ path, line, fault }): Warning => {
      return { kind: "workflow-unreadable", workflow: path, line, fault };
    }),
  ];
  return {
    problems: [...permissions(facts), ...rules(facts), ...coverage.flatMap(({ problem }) => problem ?? [])],
    warnings: warnings.toSorted((left, right) => ORDER.indexOf(left.kind) - ORDER.indexOf(right.kind)),
  };
}

function permissions({ granted }: Facts): Problem[] {
  return missingPermissions(granted).map((missing): Problem => ({ kind: "permission-missing", ...missing }));
}

/** Returns the permissions that the App needs and was not granted. */
export function missingPermissions(granted: Record<string, string>) {
  return Object.entries(NEEDED).flatMap(([permission, level]) => {
    const has = granted[permission];
    const enough = has === "write" || has === "admin" || (has === "read" && level === "read");
    return enough ? [] : [{ permission, level }];
  });
}

function rules({ rules: all, branch }: Facts): Problem[] {
  return all
    .filter((rule) => !rule.bypassed && REFUSING.includes(rule.type))
    .map(({ type, ruleset }): Problem => ({ kind: "rule-refuses-branch", rule: type, ruleset, branch }));
}

/** What is red on the base judges no task, except one that fixes it. */
function baseStanding({ base, required, baseChecks, producers, judgesBase }: Facts): Warning[] {
  if (!judgesBase || required.length === 0) return [];
  // On the base another file may make the check, such as one that runs on pushes.
  const head = { checks: baseChecks, producers: fromAnyFile(producers), sameWorkflows: true };
  const { reasons } = judgeHead({ checks: required, neutral: "pass" }, head);
  if (reasons.every(({ verdict }) => verdict === "missing")) return [{ kind: "base-unchecked", base }];
  const red = reasons.filter(({ verdict }) => verdict === "fail");
  return red.map(({ check }): Warning => ({ kind: "check-red-on-base", check, base }));
}

type Runs = "always" | "sometimes" | "never";

/** Finds out whether pulls get a required check. One that is never reported would keep every pull waiting for ever. */
function coverageOf(facts: Facts, check: RequiredCheck): { problem?: Problem; warning?: Warning } {
  const runs = facts.workflows.flatMap((workflow) => {
    const jobs = workflow.jobs.filter((job) => makes(job, check.name));
    // Leaves out workflows that only others call or a schedule starts: they are none of a pull's checks, so they forbid none.
    if (jobs.length === 0 || !workflow.judgesHeads) return [];
    const how = reportsOnPulls(workflow, facts);
    // A name that only GitHub fills in may be any, so such a job that never runs does not prove that this check never comes.
    const named = jobs.some(({ checkName }) => checkName.some((part) => part !== null));
    return named || how !== "never" ? [{ workflow: workflow.path, runs: how }] : [];
  });
  if (runs.some((one) => one.runs === "always")) return {};
  const sometimes = runs.find((one) => one.runs === "sometimes");
  if (sometimes !== undefined) {
    return { warning: { kind: "check-runs-sometimes", check: check.name, workflow: sometimes.workflow } };
  }
  const [maker] = runs;
  const onlyActions = check.appId === ACTIONS_APP || check.appId === null;
  if (maker !== undefined && onlyActions) {
    return { problem: { kind: "check-never-runs", check: check.name, workflow: maker.workflow, base: facts.base } };
  }
  const renamed = onlyActions ? onlySkipped(facts, check) : null;
  if (renamed !== null) return { warning: renamed };
  // It is another App's check or a status, and no file says whether those come to pulls too. Only its known producer counts.
  const isKnown =
    check.appId === null
      ? expectedProducer(check, facts.producers).kind !== "unknown"
      : facts.baseChecks.some(({ name }) => name === check.name);
  if (isKnown) return {};
  return { warning: { kind: "check-unknown", check: check.name, base: facts.base } };
}

/** A matrix, and the jobs of a call, have longer names than the job in the file. Only where it is skipped does it have its own. */
function onlySkipped({ workflows, baseChecks }: Facts, { name }: RequiredCheck): Warning | null {
  for (const { path, judgesHeads, jobs } of workflows) {
    if (!judgesHeads || !jobs.some(({ skippedName }) => skippedName.join("") === name)) continue;
    const longer = jobs.find(({ checkName }) => checkName.join("").startsWith(`${name} `));
    const seen = baseChecks.find((one) => longer !== undefined && makes(longer, one.name))?.name;
    const instead = seen ?? longer?.checkName.map((part) => part ?? "…").join("") ?? null;
    return {
      kind: "check-only-skipped",
      check: name,
      workflow: path,
      instead: instead?.slice(0, MAX_NAME_CHARACTERS) ?? null,
    };
  }
  return null;
}

/** Counts workflows that pulls start with the base's own code: they report on the pulls all the same. */
function reportsOnPulls(workflow: Workflow, facts: Facts): Runs {
  const { pullRequestTarget } = workflow;
  const targeted = pullRequestTarget !== null && branchPasses(pullRequestTarget, facts.base);
  if (targeted && !pullRequestTarget.paths) return "always";
  const runs = runsOnPulls(workflow, facts);
  return targeted && runs === "never" ? "sometimes" : runs;
}

/** A check counts by its commit: a push to the task's branch makes it as well as the pull does. */
function runsOnPulls({ pullRequest, push }: Workflow, { base, branch }: Facts): Runs {
  const starts: Runs[] = [];
  if (pullRequest !== null && branchPasses(pullRequest, base)) {
    // Without `synchronize` the first head is checked, and none that comes after a repair or an update.
    const types = pullRequest.types ?? ["opened", "synchronize", "reopened"];
    const follows = types.includes("opened") && types.includes("synchronize");
    starts.push(follows ? (pullRequest.paths ? "sometimes" : "always") : "sometimes");
  }
  if (push !== null && branchPasses(push, branch)) starts.push(push.paths ? "sometimes" : "always");
  if (starts.includes("always")) return "always";
  return starts.includes("sometimes") ? "sometimes" : "never";
}

/** Lists what a workflow hands to an agent's code. */
function exposure(facts: Facts, workflow: Workflow): Warning[] {
  const { path, jobs, pullRequestTarget } = workflow;
  const warnings: Warning[] = [];
  if (pullRequestTarget !== null && branchPasses(pullRequestTarget, facts.base)) {
    if (jobs.some((job) => job.checksOutHead)) warnings.push({ kind: "target-runs-head", workflow: path });
  }
  if (runsOnPulls(workflow, facts) === "never") return warnings;
  const secrets = distinct(jobs.flatMap((job) => job.secrets));
  if (secrets.length > 0) warnings.push({ kind: "secrets-reachable", workflow: path, secrets });
  const scopes = distinct(jobs.flatMap((job) => job.writes ?? []));
  if (scopes.length > 0) warnings.push({ kind: "token-writes", workflow: path, scopes });
  if (jobs.some((job) => job.selfHosted)) warnings.push({ kind: "self-hosted", workflow: path });
  return warnings;
}

/** A feature keeps the names, and anybody who may change a workflow chooses them. */
const MAX_NAMES = 20;
const MAX_NAME_CHARACTERS = 200;

function distinct(names: readonly string[]): string[] {
  const sorted = [...new Set(names)].sort();
  return sorted.slice(0, MAX_NAMES).map((name) => name.slice(0, MAX_NAME_CHARACTERS).toWellFormed());
}
