/** Inspects whether Headgate can work in a repository, and what the repository's workflows would give to agents' code. */
import { ACTIONS_APP, fromAnyFile, type RequiredCheck } from "../github.ts";
import { expectedProducer, judgeHead } from "../lane/gate.ts";
import { makes } from "../workflow/names.ts";
import { judgeMerging, type MergeMethod } from "./base-rules.ts";
import { sharedGroups } from "./concurrency.ts";
import { exposures } from "./exposure.ts";
import type { Facts } from "./facts.ts";
import { distinct, MAX_NAME_CHARACTERS } from "./named.ts";
import type { Problem, Warning } from "./problem.ts";
import { reportsOnPulls } from "./runs.ts";

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
  "check-not-in-matrix",
  "checks-cancelled",
  "check-unknown",
  "base-unchecked",
  "merge-waits",
  "branches-left",
  "rule-may-refuse",
  "base-not-readable",
  "target-runs-head",
  "target-may-run-head",
  "secrets-reachable",
  "secrets-afterwards",
  "environment-reachable",
  "token-writes",
  "token-unstated",
  "self-hosted",
  "runner-unknown",
  "call-unread",
  "workflow-unreadable",
];

export interface Inspection {
  /** How pulls are merged: as the policy says, or as the base allows where it says nothing. */
  method: MergeMethod;
  problems: Problem[];
  warnings: Warning[];
}

export function inspectRepository(facts: Facts): Inspection {
  const coverage = facts.required.map((check) => coverageOf(facts, check));
  const base = facts.baseRules === null ? null : judgeMerging(facts.baseRules, { ...facts.merge, branch: facts.base });
  const warnings = [
    ...(base?.warnings ?? []),
    ...(facts.left.length === 0 ? [] : [{ kind: "branches-left" as const, branches: distinct(facts.left) }]),
    ...coverage.flatMap(({ warning }) => warning ?? []),
    ...sharedGroups(facts),
    ...baseStanding(facts),
    ...exposures(facts),
    ...facts.unreadable.map(({ path, line, fault }): Warning => {
      return { kind: "workflow-unreadable", workflow: path, line, fault };
    }),
  ];
  return {
    method: base?.method ?? facts.merge.method,
    problems: [
      ...permissions(facts),
      ...rules(facts),
      ...(base?.problems ?? []),
      ...coverage.flatMap(({ problem }) => problem ?? []),
    ],
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
  const outside = runs.length > 0 ? notInMatrix(facts, check) : null;
  if (outside !== null) return { warning: outside };
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

/** The name fits only jobs whose matrices make others: `test (18)` where versions 22 and 24 are tested. */
function notInMatrix({ workflows, baseChecks }: Facts, { name }: RequiredCheck): Warning | null {
  if (baseChecks.some((one) => one.name === name)) return null;
  const makers = workflows.flatMap(({ path, judgesHeads, jobs }) =>
    judgesHeads ? jobs.filter((job) => makes(job, name)).map(({ names }) => ({ path, names })) : [],
  );
  const [first] = makers;
  if (first === undefined || makers.some(({ names }) => names === null || names.includes(name))) return null;
  return {
    kind: "check-not-in-matrix",
    check: name,
    workflow: first.path,
    instead: distinct(makers.flatMap(({ names }) => names ?? [])),
  };
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
