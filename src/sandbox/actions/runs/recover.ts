/** Ends what an earlier life of the sandbox left: its processes, and the runs that nobody carries on. */
import type { Job } from "../../world/entities.ts";
import { clearAllJobFolders } from "../job/folders.ts";
import { endLeftovers } from "../job/processes.ts";
import { trackingIdOf } from "../job/run-job.ts";
import type { Runner } from "./runner.ts";

function cancelJob(runner: Runner, job: Job): void {
  const { world } = runner.host;
  const repository = world.table("repositories").get(job.repositoryId);
  endLeftovers(job.process === null ? [] : [job.process], trackingIdOf(runner.options.dataDir, job.id));
  const steps = job.steps.map((step) =>
    step.status === "completed"
      ? step
      : ({ ...step, status: "completed", conclusion: "cancelled", completedAt: world.now() } as const),
  );
  runner.records.changeJob(job.id, { steps });
  if (repository !== undefined) runner.records.completeJob(repository, job.id, "cancelled", {});
}

export async function recover(runner: Runner): Promise<void> {
  const { world } = runner.host;
  const unfinished = world.table("runs").filter((run) => run.status !== "completed" && !runner.live.has(run.id));
  for (const run of unfinished) {
    const jobs = world.table("jobs").filter((job) => job.runId === run.id && job.status !== "completed");
    for (const job of jobs) cancelJob(runner, job);
    const repository = world.table("repositories").get(run.repositoryId);
    if (repository !== undefined) await runner.records.complete(repository, run.id, "cancelled");
  }
  for (const token of world.table("tokens").filter((candidate) => candidate.kind === "job")) {
    runner.host.revokeToken(token.id);
  }
  if (runner.live.size === 0) clearAllJobFolders(runner.options.dataDir);
}
