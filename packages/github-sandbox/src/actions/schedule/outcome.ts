/** The outcomes of jobs, and what follows for the jobs that need them. */
import type { Job } from "../../store/entities.ts";

export interface Outcome {
  result: "success" | "failure" | "cancelled" | "skipped";
  outputs: Record<string, string>;
  /** True when the job and all jobs that it depends on succeeded. */
  allWell: boolean;
  /** True when the job or a job that it depends on failed. */
  someFailed: boolean;
  /** True when taken over from the run's last attempt. */
  reused: boolean;
}

/** The end of one job by itself. */
export type Ended = Pick<Outcome, "result" | "outputs" | "reused">;

/** The outcomes of the jobs that a job needs, by id. */
export type Needs = Map<string, Outcome>;

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
  return { result: known ? conclusion : "failure", outputs, reused: true };
}
