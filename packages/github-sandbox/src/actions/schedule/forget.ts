import { rmSync } from "node:fs";
import type { WorkflowRun } from "../../store/entities.ts";
import { jobRoot } from "../execute/machine/folders.ts";
import type { Scheduler } from "./scheduler.ts";

/** Removes a deleted run with its jobs, checks and logs. */
export function forgetRun({ host, options }: Scheduler, run: WorkflowRun): void {
  const { store } = host;
  const jobs = store.table("jobs").filter((job) => job.runId === run.id);
  const attempts = store.table("runAttempts").filter((attempt) => attempt.run.id === run.id);
  store.transaction(() => {
    for (const job of jobs) {
      store.table("checkRuns").remove(job.checkRunId);
      store.table("jobs").remove(job.id);
    }
    for (const attempt of attempts) store.table("runAttempts").remove(attempt.id);
    store.table("checkSuites").remove(run.checkSuiteId);
    store.table("runs").remove(run.id);
  });
  for (const job of jobs) rmSync(jobRoot(options.dataDir, job.id), { recursive: true, force: true });
}
