import { rmSync } from "node:fs";
import type { WorkflowRun } from "../../world/entities.ts";
import { jobRoot } from "../machine/folders.ts";
import type { Runner } from "./runner.ts";

/** A deleted run takes its jobs, checks, logs and artifacts with it. */
export function forgetRun({ host, options, artifacts }: Runner, run: WorkflowRun): void {
  const { world } = host;
  for (const artifact of artifacts.ofRun(run.id)) artifacts.remove(artifact);
  const jobs = world.table("jobs").filter((job) => job.runId === run.id);
  const attempts = world.table("runAttempts").filter((attempt) => attempt.run.id === run.id);
  world.transaction(() => {
    for (const job of jobs) {
      world.table("checkRuns").remove(job.checkRunId);
      world.table("jobs").remove(job.id);
    }
    for (const attempt of attempts) world.table("runAttempts").remove(attempt.id);
    world.table("checkSuites").remove(run.checkSuiteId);
    world.table("runs").remove(run.id);
  });
  for (const job of jobs) rmSync(jobRoot(options.dataDir, job.id), { recursive: true, force: true });
}
