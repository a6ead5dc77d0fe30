/** Models continuous integration: the required checks of a pull request's head, reported by another App. */
import type { Check } from "../../../src/core/github.ts";
import { type CheckRun, type CheckScript, CI_APP_ID, CI_WORKFLOW, type GitHubModel, type Pull } from "./model.ts";
import { accountOf, repositoryOf } from "./payloads.ts";

/**
 * Starts the checks of a head. GitHub starts none for a conflicting pull request, because it has no merge commit to
 * test.
 */
export function startChecks(github: GitHubModel, pull: Pull): void {
  const base = github.branches.get(pull.base);
  if (base === undefined || github.objects.merge(base, pull.shown) === null) return;
  const head = github.objects.read(pull.shown);
  for (const name of github.behaviour.checks) {
    const script = github.behaviour.check(head, name);
    if (script !== null) github.clock.after(script.startsAfter, () => beginCheck(github, head.sha, name, script));
  }
}

function beginCheck(github: GitHubModel, sha: string, name: string, script: CheckScript): void {
  const check = report(github, sha, name, null);
  if (script.conclusion === null) return;
  github.clock.after(script.lasts, () => {
    if (check.producer.kind === "job") check.producer.needs = script.needs ?? [];
    endCheck(github, check, script.conclusion);
  });
}

export function endCheck(github: GitHubModel, check: CheckRun, conclusion: Check["conclusion"]): void {
  if (check.conclusion !== null) return;
  check.conclusion = conclusion;
  check.completedAt = github.now;
  announceCheck(github, check, "completed");
}

/** Adds a check run to a commit. `conclusion` null means that it is in progress. */
export function report(github: GitHubModel, sha: string, name: string, conclusion: Check["conclusion"]): CheckRun {
  const check: CheckRun = {
    id: github.nextId(),
    sha,
    name,
    producer: { kind: "job", workflow: CI_WORKFLOW, event: "pull_request", run: github.nextId(), needs: [] },
    conclusion,
    url: null,
    startedAt: github.now,
    completedAt: conclusion === null ? null : github.now,
  };
  github.checks.push(check);
  announceCheck(github, check, conclusion === null ? "created" : "completed");
  return check;
}

/** Returns the latest check of each producer and name. */
export function checksOn(github: GitHubModel, sha: string): Check[] {
  const latest = new Map<string, Check>();
  for (const { sha: of, ...check } of github.checks) {
    if (of === sha) latest.set(`${makerOf(check)} ${check.name}`, check);
  }
  return [...latest.values()];
}

function makerOf({ producer }: Check): string {
  switch (producer.kind) {
    case "job":
      return `job ${producer.workflow} ${producer.event}`;
    case "app":
      return `app ${producer.appId}`;
    case "status":
      return `status ${producer.creator}`;
  }
}

/** Posts a green commit status under a check's name, as anybody with a token can. */
export function forge(github: GitHubModel, sha: string, name: string): void {
  github.checks.push({
    id: github.nextId(),
    sha,
    name,
    producer: { kind: "status", creator: "mallory" },
    conclusion: "success",
    url: null,
    startedAt: github.now,
    completedAt: github.now,
  });
  github.announce("status", { repository: repositoryOf(github), sha, sender: accountOf("mallory") });
}

/** Returns true when all checks with these names have succeeded on the commit, as GitHub sees it: skipped and forged ones pass. */
export function isGreen(github: GitHubModel, sha: string, names: readonly string[]): boolean {
  const checks = checksOn(github, sha);
  const passes = (check: Check) => ["success", "neutral", "skipped"].includes(check.conclusion ?? "");
  return names.every((name) => {
    const of = checks.filter((check) => check.name === name);
    return of.length > 0 && of.every(passes);
  });
}

/** Re-runs the checks whose last run on this head failed. */
export function rerunChecks(github: GitHubModel, sha: string, names: readonly string[]): void {
  const head = github.objects.read(sha);
  for (const check of checksOn(github, sha)) {
    if (!names.includes(check.name) || check.conclusion === null || check.conclusion === "success") continue;
    const script = github.behaviour.check(head, check.name);
    if (script !== null) {
      github.clock.after(script.startsAfter, () => beginCheck(github, sha, check.name, script));
    }
  }
}

function announceCheck(github: GitHubModel, check: CheckRun, action: string): void {
  github.announce("check_run", {
    action,
    repository: repositoryOf(github),
    check_run: { head_sha: check.sha, app: { id: CI_APP_ID } },
    sender: accountOf("github-actions[bot]"),
  });
}

/** Returns true when jobs with these names had judged the commit by `time`, and passed. */
export function greenAt(github: GitHubModel, sha: string, names: readonly string[], time: number): boolean {
  return names.every((name) => {
    const last = latestJob(github, sha, name, time);
    if (last === undefined || last.completedAt === null || last.completedAt > time) return false;
    return hasJudged(last);
  });
}

/** Returns true when the check's last job on the commit had failed by `time`. */
export function redAt(github: GitHubModel, sha: string, name: string, time: number): boolean {
  const last = latestJob(github, sha, name, time);
  return last?.completedAt != null && last.completedAt <= time && last.conclusion === "failure";
}

function latestJob(github: GitHubModel, sha: string, name: string, time: number): CheckRun | undefined {
  return github.checks.findLast(
    (check) =>
      check.sha === sha && check.name === name && check.producer.kind === "job" && (check.startedAt ?? 0) <= time,
  );
}

/** Returns true for a job that passed, and whose needed jobs passed where it was skipped. */
export function hasJudged({ conclusion, producer }: Check): boolean {
  if (producer.kind !== "job") return false;
  const passes = (end: Check["conclusion"]) => ["success", "neutral", "skipped"].includes(end ?? "");
  return passes(conclusion) && (conclusion !== "skipped" || producer.needs.every((need) => passes(need.conclusion)));
}
