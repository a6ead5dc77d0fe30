/** Whether Headgate can work in a repository at all, and what its workflows would put into the hands of an agent's code. */
import type { RequiredCheck } from "../github.ts";
import type { Facts, Finding, Workflow, WorkflowJob } from "./facts.ts";
import { branchPasses } from "./filters.ts";

/** What Headgate does needs this much. https://docs.github.com/rest/authentication/permissions-required-for-github-apps */
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

/** GitHub's own App for Actions: what must come from it comes from a workflow's job. */
const ACTIONS_APP = 15_368;

const ORDER: readonly Finding["about"][] = [
  "permission-missing",
  "rule-refuses-branch",
  "check-never-runs",
  "check-runs-sometimes",
  "check-unknown",
  "target-runs-head",
  "secrets-reachable",
  "token-writes",
  "self-hosted",
  "workflow-unreadable",
];

/** What forbids to begin comes first. */
export function judgePreflight(facts: Facts): Finding[] {
  const findings = [
    ...permissions(facts),
    ...rules(facts),
    ...facts.required.flatMap((check) => coverage(facts, check)),
    ...facts.workflows.flatMap((workflow) => exposure(facts, workflow)),
    ...facts.unreadable.map(
      ({ path, text }): Finding => ({ about: "workflow-unreadable", refuses: false, workflow: path, text }),
    ),
  ];
  return findings.toSorted((left, right) => ORDER.indexOf(left.about) - ORDER.indexOf(right.about));
}

function permissions({ granted }: Facts): Finding[] {
  return Object.entries(NEEDED).flatMap(([permission, level]): Finding[] => {
    const has = granted[permission];
    const enough = has === "write" || has === "admin" || (has === "read" && level === "read");
    return enough ? [] : [{ about: "permission-missing", refuses: true, permission, level }];
  });
}

function rules({ rules: all, branch }: Facts): Finding[] {
  return all
    .filter((rule) => !rule.bypassed && REFUSING.includes(rule.type))
    .map(
      ({ type, ruleset }): Finding => ({ about: "rule-refuses-branch", refuses: true, rule: type, ruleset, branch }),
    );
}

type Runs = "always" | "sometimes" | "never";

/** A required check that nobody reports is waited for by every pull, for ever. */
function coverage(facts: Facts, check: RequiredCheck): Finding[] {
  const runs = facts.workflows.flatMap((workflow) => {
    const jobs = workflow.jobs.filter((job) => makes(job, check.name));
    if (jobs.length === 0) return [];
    const how = reportsOnPulls(workflow, facts);
    // A name that GitHub alone fills in may be any: that such a job never runs says nothing of this check.
    const named = jobs.some(({ checkName }) => checkName.some((part) => part !== null));
    return named || how !== "never" ? [{ workflow: workflow.path, runs: how }] : [];
  });
  if (runs.some((one) => one.runs === "always")) return [];
  const sometimes = runs.find((one) => one.runs === "sometimes");
  if (sometimes !== undefined) {
    return [{ about: "check-runs-sometimes", refuses: false, check: check.name, workflow: sometimes.workflow }];
  }
  const [maker] = runs;
  const onlyActions = check.appId === ACTIONS_APP || check.appId === null;
  if (maker !== undefined && onlyActions) {
    return [
      { about: "check-never-runs", refuses: true, check: check.name, workflow: maker.workflow, base: facts.base },
    ];
  }
  // Another App's check, or a status: whether it comes to pulls as well is not written down anywhere.
  if (facts.reported.includes(check.name)) return [];
  return [{ about: "check-unknown", refuses: false, check: check.name, base: facts.base }];
}

/** What GitHub fills in may be anything, so a name with such parts makes whatever fits the rest. */
function makes({ checkName }: WorkflowJob, wanted: string): boolean {
  if (!checkName.includes(null)) return checkName.join("") === wanted;
  let rest = wanted;
  const [first = null] = checkName;
  if (first !== null && !rest.startsWith(first)) return false;
  for (const part of checkName) {
    if (part === null) continue;
    const at = rest.indexOf(part);
    if (at < 0) return false;
    rest = rest.slice(at + part.length);
  }
  return checkName.at(-1) === null || rest === "" || wanted.endsWith(checkName.at(-1) ?? "");
}

/** What pulls start with the base's own code reports on them all the same. */
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

/** What a workflow that runs an agent's code gives to it. */
function exposure(facts: Facts, workflow: Workflow): Finding[] {
  const { path, jobs, pullRequestTarget } = workflow;
  const findings: Finding[] = [];
  if (pullRequestTarget !== null && branchPasses(pullRequestTarget, facts.base)) {
    if (jobs.some((job) => job.checksOutHead)) {
      findings.push({ about: "target-runs-head", refuses: false, workflow: path });
    }
  }
  if (runsOnPulls(workflow, facts) === "never") return findings;
  const secrets = distinct(jobs.flatMap((job) => job.secrets));
  if (secrets.length > 0) findings.push({ about: "secrets-reachable", refuses: false, workflow: path, secrets });
  const scopes = distinct(jobs.flatMap((job) => job.writes ?? []));
  if (scopes.length > 0) findings.push({ about: "token-writes", refuses: false, workflow: path, scopes });
  if (jobs.some((job) => job.selfHosted)) findings.push({ about: "self-hosted", refuses: false, workflow: path });
  return findings;
}

function distinct(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}
