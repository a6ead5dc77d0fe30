/** Judges what the required checks said of the base itself: which of them can judge agents' work. Pure. */
import type { BaseCheckRun } from "./rehearsal.ts";

export type BaseResult =
  | { name: string; result: "passed" }
  /** It judged nothing: it did not run here, or was skipped. `why`: in its own words. */
  | { name: string; result: "not-run"; why: string }
  | { name: string; result: "failed"; job: number; run: number; conclusion: string }
  /** It has not ended. `reported`: it has begun. */
  | { name: string; result: "pending"; reported: boolean };

/** One name may stand for several jobs: the worst end counts, and one that judged nothing only where no other passed. */
export function judgeBase(required: readonly string[], checks: readonly BaseCheckRun[]): BaseResult[] {
  return required.map((name): BaseResult => {
    const own = checks.filter((check) => check.name === name);
    const failed = own.find(({ conclusion }) => conclusion !== null && !GOOD.includes(conclusion));
    if (failed !== undefined) {
      const { job, run, conclusion } = failed;
      return { name, result: "failed", job, run, conclusion: conclusion ?? "" };
    }
    if (own.length === 0 || own.some(({ conclusion }) => conclusion === null)) {
      return { name, result: "pending", reported: own.length > 0 };
    }
    if (own.some(({ conclusion }) => conclusion === "success")) return { name, result: "passed" };
    return { name, result: "not-run", why: own.find(({ summary }) => summary !== "")?.summary ?? "" };
  });
}

const GOOD = ["success", "neutral", "skipped"];
