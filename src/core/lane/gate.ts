/**
 * Judges whether a head has every required check and whether all of them passed. The value decides, and explains itself by its
 * reasons. A missing or unknown check does not pass.
 */
import { z } from "zod";
import type { Check, RequiredCheck } from "../github.ts";

export const CheckVerdict = z.enum(["pass", "pending", "missing", "interrupted", "fail"]);
export type CheckVerdict = z.infer<typeof CheckVerdict>;

export interface Reason {
  check: string;
  verdict: CheckVerdict;
}

export interface Verdict {
  verdict: "pass" | "pending" | "fail";
  reasons: Reason[];
  failing: Check[];
  /** Checks that ended without a verdict: cancelled, lost or stale. They do not pass, and are not the task's fault. */
  interrupted: Check[];
  missing: string[];
  /** When the first required check started and the last one ended, in milliseconds since 1970; null: none has. */
  startedAt: number | null;
  endedAt: number | null;
}

export function judgeHead(required: readonly RequiredCheck[], checks: readonly Check[]): Verdict {
  const judged = required.map((requirement) => judgeOne(requirement, checks));
  const reasons = judged.map((one) => one.reason);
  const matching = judged.flatMap((one) => one.checks);
  const failing = matching.filter((check) => outcome(check) === "fail");
  const interrupted = matching.filter((check) => outcome(check) === "interrupted");
  const missing = reasons.filter((reason) => reason.verdict === "missing").map((reason) => reason.check);
  const passes = reasons.length > 0 && reasons.every((reason) => reason.verdict === "pass");
  const fails = reasons.some((reason) => reason.verdict === "fail" || reason.verdict === "interrupted");
  const starts = matching.flatMap((check) => check.startedAt ?? []);
  const ends = matching.flatMap((check) => check.completedAt ?? []);
  return {
    verdict: passes ? "pass" : fails ? "fail" : "pending",
    reasons,
    failing,
    interrupted,
    missing,
    startedAt: starts.length === 0 ? null : Math.min(...starts),
    endedAt: ends.length === 0 ? null : Math.max(...ends),
  };
}

/** Demands that all checks of the name pass. GitHub's name leaves out workflow, event and matrix, so several may share it. */
function judgeOne(required: RequiredCheck, checks: readonly Check[]): { reason: Reason; checks: Check[] } {
  const matching = checks.filter(
    (check) => check.name === required.name && (required.appId === null || check.appId === required.appId),
  );
  return { reason: { check: required.name, verdict: verdictOf(matching.map(outcome)) }, checks: matching };
}

function verdictOf(outcomes: readonly CheckVerdict[]): CheckVerdict {
  if (outcomes.length === 0) return "missing";
  return (["fail", "interrupted", "pending"] as const).find((verdict) => outcomes.includes(verdict)) ?? "pass";
}

function outcome(check: Check): "pass" | "pending" | "interrupted" | "fail" {
  switch (check.conclusion) {
    case null:
      return "pending";
    case "success":
    case "neutral":
    case "skipped":
      return "pass";
    case "cancelled":
    case "stale":
    case "startup_failure":
      return "interrupted";
    case "failure":
    case "timed_out":
    case "action_required":
      return "fail";
  }
}
