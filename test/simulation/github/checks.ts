/** Models continuous integration: the required checks of a pull request's head, reported by another App. */
import type { Check } from "../../../src/core/github.ts";
import { type CheckRun, type CheckScript, CI_APP_ID, CI_WORKFLOW, type Hub, type Pull } from "./hub.ts";
import { accountOf, repositoryOf } from "./payloads.ts";

/**
 * Starts the checks of a head. GitHub starts none for a conflicting pull request, because it has no merge commit to
 * test.
 */
export function startChecks(hub: Hub, pull: Pull): void {
  const base = hub.branches.get(pull.base);
  if (base === undefined || hub.objects.merge(base, pull.shown) === null) return;
  const head = hub.objects.read(pull.shown);
  for (const name of hub.behaviour.checks) {
    const script = hub.behaviour.check(head, name);
    if (script !== null) hub.clock.after(script.startsAfter, () => beginCheck(hub, head.sha, name, script));
  }
}

function beginCheck(hub: Hub, sha: string, name: string, script: CheckScript): void {
  const check = report(hub, sha, name, null);
  if (script.conclusion === null) return;
  hub.clock.after(script.lasts, () => endCheck(hub, check, script.conclusion));
}

export function endCheck(hub: Hub, check: CheckRun, conclusion: Check["conclusion"]): void {
  if (check.conclusion !== null) return;
  check.conclusion = conclusion;
  check.completedAt = hub.now;
  announceCheck(hub, check, "completed");
}

/** Adds a check run to a commit. `conclusion` null means that it is in progress. */
export function report(hub: Hub, sha: string, name: string, conclusion: Check["conclusion"]): CheckRun {
  const check: CheckRun = {
    id: hub.nextId(),
    sha,
    name,
    appId: CI_APP_ID,
    workflow: CI_WORKFLOW,
    event: "pull_request",
    conclusion,
    url: null,
    startedAt: hub.now,
    completedAt: conclusion === null ? null : hub.now,
  };
  hub.checks.push(check);
  announceCheck(hub, check, conclusion === null ? "created" : "completed");
  return check;
}

/** Returns the latest check for each (app, workflow, event, name). */
export function checksOn(hub: Hub, sha: string): Check[] {
  const latest = new Map<string, Check>();
  for (const { sha: of, ...check } of hub.checks) {
    if (of === sha) latest.set(`${check.appId} ${check.workflow} ${check.event} ${check.name}`, check);
  }
  return [...latest.values()];
}

/** Returns true when all checks with these names have succeeded on the commit. */
export function isGreen(hub: Hub, sha: string, names: readonly string[]): boolean {
  const checks = checksOn(hub, sha);
  const passes = (check: Check) => ["success", "neutral", "skipped"].includes(check.conclusion ?? "");
  return names.every((name) => {
    const of = checks.filter((check) => check.name === name);
    return of.length > 0 && of.every(passes);
  });
}

/** Re-runs the checks whose last run on this head failed. */
export function rerunChecks(hub: Hub, sha: string, names: readonly string[]): void {
  const head = hub.objects.read(sha);
  for (const check of checksOn(hub, sha)) {
    if (!names.includes(check.name) || check.conclusion === null || check.conclusion === "success") continue;
    const script = hub.behaviour.check(head, check.name);
    if (script !== null) {
      hub.clock.after(script.startsAfter, () => beginCheck(hub, sha, check.name, script));
    }
  }
}

function announceCheck(hub: Hub, check: CheckRun, action: string): void {
  hub.announce("check_run", {
    action,
    repository: repositoryOf(hub),
    check_run: { head_sha: check.sha, app: { id: check.appId } },
    sender: accountOf("github-actions[bot]"),
  });
}

/** Like `isGreen`, for the checks as they were at `time`. */
export function greenAt(hub: Hub, sha: string, names: readonly string[], time: number): boolean {
  return names.every((name) => {
    const last = hub.checks.findLast(
      (check) => check.sha === sha && check.name === name && (check.startedAt ?? 0) <= time,
    );
    if (last === undefined || last.completedAt === null || last.completedAt > time) return false;
    return ["success", "neutral", "skipped"].includes(last.conclusion ?? "");
  });
}
