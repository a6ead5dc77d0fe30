/**
 * Judges whether a head has every required check and whether all of them passed. The value decides, and explains itself by its
 * reasons. A missing or unknown check does not pass. A check counts only if its producer made it: names can be forged.
 */
import { z } from "zod";
import { ACTIONS_APP, type Check, type ExpectedProducer, type PullSnapshot, type RequiredCheck } from "../github.ts";

export const CheckVerdict = z.enum(["pass", "pending", "missing", "interrupted", "fail"]);
export type CheckVerdict = z.infer<typeof CheckVerdict>;

/** Shown with each required check. More would be sent again whenever one of them changes. */
export const MAX_IGNORED = 3;

/** A check that bears the name of a required one and does not count. */
export const IgnoredCheck = z.object({
  /** The required name, one that a person takes for it, or the name of the skipped job that would have made it. */
  name: z.string(),
  by: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("job"), workflow: z.string() }),
    z.object({ kind: z.literal("app"), appId: z.number().int().nullable() }),
    z.object({ kind: z.literal("status"), creator: z.string().nullable() }),
  ]),
});
export type IgnoredCheck = z.infer<typeof IgnoredCheck>;

export interface Reason {
  check: string;
  verdict: CheckVerdict;
  ignored: IgnoredCheck[];
}

export interface Verdict {
  verdict: "pass" | "pending" | "fail";
  reasons: Reason[];
  /** The checks that count. */
  counted: Check[];
  failing: Check[];
  /** Checks that ended without a verdict: cancelled, lost or stale. They do not pass, and are not the task's fault. */
  interrupted: Check[];
  missing: string[];
  /** Required checks whose jobs do not count, because the head's `.github` is not the base's. */
  unjudged: string[];
  /** When the first required check started and the last one ended, in milliseconds since 1970; null: none has. */
  startedAt: number | null;
  endedAt: number | null;
}

/** The checks that a head needs, and how neutral ones count. */
export interface Requirements {
  checks: readonly RequiredCheck[];
  neutral: "pass" | "fail";
}

/** The checks that a head shows, and who makes them. */
export type Judged = Pick<PullSnapshot, "checks" | "producers" | "sameWorkflows">;

export function judgeHead(required: Requirements, head: Judged): Verdict {
  const judged = required.checks.map((requirement) => judgeOne(requirement, required.neutral, head));
  const reasons = judged.map((one) => one.reason);
  const counted = judged.flatMap((one) => one.checks);
  const failing = counted.filter((check) => outcome(check, required.neutral) === "fail");
  const interrupted = counted.filter((check) => outcome(check, required.neutral) === "interrupted");
  const missing = reasons.filter((reason) => reason.verdict === "missing").map((reason) => reason.check);
  const passes = reasons.length > 0 && reasons.every((reason) => reason.verdict === "pass");
  const fails = reasons.some((reason) => reason.verdict === "fail" || reason.verdict === "interrupted");
  const starts = counted.flatMap((check) => check.startedAt ?? []);
  const ends = counted.flatMap((check) => check.completedAt ?? []);
  return {
    verdict: passes ? "pass" : fails ? "fail" : "pending",
    reasons,
    counted,
    failing,
    interrupted,
    missing,
    unjudged: judged.filter((one) => one.unjudged).map((one) => one.reason.check),
    startedAt: starts.length === 0 ? null : Math.min(...starts),
    endedAt: ends.length === 0 ? null : Math.max(...ends),
  };
}

/** Demands that all checks of the name pass. GitHub's name leaves out workflow, event and matrix, so several may share it. */
function judgeOne(
  required: RequiredCheck,
  neutral: Requirements["neutral"],
  head: Judged,
): { reason: Reason; checks: Check[]; unjudged: boolean } {
  const expected = expectedProducer(required, head.producers);
  const byProducer = (check: Check) => check.name === required.name && isFrom(check, expected);
  const made = head.checks.filter(byProducer);
  const resembles = (check: Check) => isAlike(check.name, required.name) || standsForSkipped(check, required.name);
  const ignored = head.checks.filter((check) => resembles(check) && !byProducer(check));
  const byJob = expected.kind === "job" || expected.kind === "unknown";
  const unjudged = byJob && !head.sameWorkflows;
  const checks = unjudged ? [] : made;
  const verdict = unjudged ? "pending" : verdictOf(checks.map((check) => outcome(check, neutral)));
  const reason = { check: required.name, verdict, ignored: ignored.slice(0, MAX_IGNORED).map(shown) };
  return { reason, checks, unjudged };
}

/** Returns true for names that a person takes for the same. GitHub tells them apart. */
function isAlike(one: string, other: string): boolean {
  const plain = (name: string) => name.normalize("NFKC").trim().replace(/\s+/g, " ").toLowerCase();
  return plain(one) === plain(other);
}

/** A skipped matrix or call reports once, under a shorter name. The required check never comes then, on GitHub neither. */
function standsForSkipped({ name, conclusion, producer }: Check, required: string): boolean {
  const longer = required.startsWith(`${name} (`) || required.startsWith(`${name} / `);
  return producer.kind === "job" && conclusion === "skipped" && longer;
}

export function expectedProducer(
  { name, appId }: RequiredCheck,
  producers: PullSnapshot["producers"],
): ExpectedProducer {
  if (appId !== null && appId !== ACTIONS_APP) return { kind: "app", appId };
  const derived = producers.find(({ check }) => check === name)?.producer ?? { kind: "unknown" };
  if (appId === null || derived.kind === "job") return derived;
  return { kind: "job", workflows: null };
}

function isFrom({ producer }: Check, expected: ExpectedProducer): boolean {
  switch (expected.kind) {
    case "job":
      return producer.kind === "job" && (expected.workflows?.includes(producer.workflow) ?? true);
    case "unknown":
      return producer.kind === "job";
    case "app":
      return producer.kind === "app" && producer.appId === expected.appId;
    case "status":
      return producer.kind === "status" && producer.creator?.toLowerCase() === expected.creator.toLowerCase();
  }
}

function shown({ name, producer }: Check): IgnoredCheck {
  return { name, by: producer.kind === "job" ? { kind: "job", workflow: producer.workflow } : producer };
}

type Outcome = Exclude<CheckVerdict, "missing">;

function verdictOf(outcomes: readonly Outcome[]): CheckVerdict {
  if (outcomes.length === 0) return "missing";
  return worst(outcomes);
}

function worst(outcomes: readonly Outcome[]): Outcome {
  return (["fail", "interrupted", "pending"] as const).find((verdict) => outcomes.includes(verdict)) ?? "pass";
}

function outcome({ conclusion, producer }: Check, neutral: Requirements["neutral"]): Outcome {
  // Only a machine that cannot run a job ends it like this, and then nothing was judged.
  if (conclusion === "neutral") return producer.kind === "job" ? "interrupted" : neutral;
  if (conclusion !== "skipped" || producer.kind !== "job") return meaning(conclusion);
  // GitHub skips a job when one that it needs failed, and shows it as passed. It has judged nothing then.
  return worst(producer.needs.map((job) => meaning(job.conclusion)));
}

function meaning(conclusion: Check["conclusion"]): Outcome {
  switch (conclusion) {
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
