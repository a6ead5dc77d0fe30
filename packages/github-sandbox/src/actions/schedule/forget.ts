import { rmSync } from "node:fs";
import type { WorkflowRun } from "../../store/entities.ts";
import { jobRoot } from "../execute/machine/folders.ts";
import type { Runner } from "./runner.ts";

/** A deleted run takes its jobs, checks, logs and artifacts with it. */
export function forgetRun({ host, options, artifacts }: Runner, run: WorkflowRun): void {
  const { store } = host;
  for (const artifact of artifacts.ofRun(run.id)) artifacts.remove(artifact);
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
