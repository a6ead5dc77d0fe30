/** Cleans up after an earlier life of the sandbox: ends its processes, and cancels its unfinished runs. */
import type { Job, WorkflowRun } from "../../store/entities.ts";
import { clearAllJobFolders } from "../execute/machine/folders.ts";
import { endEarlier } from "../execute/machine/processes.ts";
import { trackingIdOf } from "../execute/machine/tracking.ts";
import type { Scheduler } from "./scheduler.ts";

function unfinishedJobs({ host }: Scheduler, runId: number): Job[] {
  return host.store.table("jobs").filter((job) => job.runId === runId && job.status !== "completed");
}

/** Ends leftover processes and removes their tokens and folders. Returns the runs to pass to `cancelUnfinished`. */
export function endEarlierLife(scheduler: Scheduler): WorkflowRun[] {
  const { host, options } = scheduler;
  const unfinished = host.store.table("runs").filter((run) => run.status !== "completed");
  for (const job of unfinished.flatMap((run) => unfinishedJobs(scheduler, run.id))) {
    endEarlier(job.process, trackingIdOf(options.dataDir, job.id));
  }
  const tokens = host.store.table("tokens").filter((token) => token.kind === "job");
  for (const token of tokens) host.revokeToken(token.id);
  clearAllJobFolders(options.dataDir);
  return unfinished;
}

function cancelJob(scheduler: Scheduler, job: Job): void {
  const { store } = scheduler.host;
  const steps = job.steps.map((step) =>
    step.status === "completed"
      ? step
      : ({ ...step, status: "completed", conclusion: "cancelled", completedAt: store.now() } as const),
  );
  scheduler.records.changeJob(job.id, { steps });
  const repository = store.table("repositories").get(job.repositoryId);
  if (repository === undefined) return;
  scheduler.records.completeJob(repository, job.id, { conclusion: "cancelled", outputs: {} });
}

/** Cancels the runs and announces it. Call it when announcements have listeners. */
export async function cancelUnfinished(scheduler: Scheduler, runs: readonly WorkflowRun[]): Promise<void> {
  for (const run of runs) {
    for (const job of unfinishedJobs(scheduler, run.id)) cancelJob(scheduler, job);
    const repository = scheduler.host.store.table("repositories").get(run.repositoryId);
    if (repository !== undefined) await scheduler.records.complete(repository, run.id, "cancelled");
  }
}
