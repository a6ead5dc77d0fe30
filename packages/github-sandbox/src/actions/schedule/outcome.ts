/** The outcomes of jobs, and what follows for the jobs that need them. */
import type { Job } from "../../store/entities.ts";

export interface Outcome {
  result: "success" | "failure" | "cancelled" | "skipped";
  outputs: Record<string, string>;
  /** True when the job and all jobs that it depends on succeeded. */
  allWell: boolean;
  /** True when the job or a job that it depends on failed. */
  someFailed: boolean;
  /** True when it, or a part of its matrix or call, did not run because this machine lacks something. */
  isAbsent: boolean;
  /** True when taken over from the run's last attempt. */
  reused: boolean;
}

/** The end of one job by itself. */
export type Ended = Pick<Outcome, "result" | "outputs" | "isAbsent" | "reused">;

/** The outcomes of the jobs that a job needs, by id. */
export type Needs = Map<string, Outcome>;

/** Sums up a job's matrix, or the jobs of a call. Where a part did not run here the whole counts as skipped: it has not passed. */
export function combinedEnd(ends: readonly Ended[]): Pick<Ended, "result" | "isAbsent" | "reused"> {
  const isAbsent = ends.some((end) => end.isAbsent);
  const result = combined(ends.map((end) => end.result));
  return {
    result: isAbsent && result === "success" ? "skipped" : result,
    isAbsent,
    reused: ends.every((end) => end.reused),
  };
}

/** Sums up several jobs as one, as GitHub does. */
export function combined(results: readonly Outcome["result"][]): Outcome["result"] {
  for (const result of ["failure", "cancelled", "success"] as const) if (results.includes(result)) return result;
  return "skipped";
}

export function outcomeOf(needs: Needs, own: Ended): Outcome {
  const before = [...needs.values()];
  return {
    ...own,
    allWell: own.result === "success" && before.every((need) => need.allWell),
    someFailed: own.result === "failure" || before.some((need) => need.someFailed),
  };
}

/** Counts a job of the run's last attempt as this attempt's. */
export function reused({ conclusion, outputs }: Job): Ended {
  const known = conclusion === "success" || conclusion === "cancelled" || conclusion === "skipped";
  const isAbsent = conclusion === "neutral";
  return { result: known ? conclusion : isAbsent ? "skipped" : "failure", outputs, isAbsent, reused: true };
}
