/** Models runs of the attempt workflow: dispatched, queued, working, ended. */
import { runName } from "../../../src/core/attempt.ts";
import { HttpAnswer, type Hub, type Run } from "./hub.ts";
import { accountOf, repositoryOf } from "./payloads.ts";

export function dispatchRun(hub: Hub, request: { workflow: string; attempt: string; brief: string }): Run {
  const files = hub.objects.read(hub.tip(hub.defaultBranch)).files;
  if (!files.has(request.workflow)) throw new HttpAnswer(404, "Not Found");
  const script = hub.behaviour.job(request);
  const run: Run = {
    id: hub.nextId(),
    attempt: request.attempt,
    status: "queued",
    conclusion: null,
    path: request.workflow,
    runAttempt: 1,
    startedAt: null,
    endedAt: null,
    listedAt: hub.now + hub.behaviour.lag("listing"),
    artifact: null,
    cancelling: false,
  };
  hub.runs.set(run.id, run);
  hub.tell({ kind: "dispatched", run, brief: request.brief });
  hub.clock.after(script.startsAfter, () => {
    if (run.status !== "queued") return;
    run.status = "in_progress";
    run.startedAt = hub.now;
    announceRun(hub, run, "in_progress");
    if (script.lasts === null) return;
    hub.clock.after(script.lasts, () => {
      if (run.status === "completed") return;
      run.artifact = script.artifact;
      run.runAttempt = script.runAttempt ?? 1;
      endRun(hub, run, script.conclusion);
    });
  });
  return run;
}

/** Returns the attempt's runs that are listed by now, oldest first. */
export function runsOf(hub: Hub, attempt: string): Run[] {
  return [...hub.runs.values()].filter((run) => run.attempt === attempt && run.listedAt <= hub.now);
}

/** Answers at once. The job receives the cancellation a moment later. */
export function cancelRun(hub: Hub, run: Run): void {
  if (run.status === "completed") throw new HttpAnswer(409, "Cannot cancel a workflow run that is completed");
  run.cancelling = true;
  hub.clock.after(hub.behaviour.lag("update"), () => {
    if (run.status !== "completed") endRun(hub, run, "cancelled");
  });
}

function endRun(hub: Hub, run: Run, conclusion: string): void {
  run.status = "completed";
  run.conclusion = conclusion;
  run.endedAt = hub.now;
  announceRun(hub, run, "completed");
}

function announceRun(hub: Hub, run: Run, action: "in_progress" | "completed"): void {
  hub.announce("workflow_run", {
    action,
    repository: repositoryOf(hub),
    workflow_run: { head_sha: hub.tip(hub.defaultBranch), display_title: runName(run.attempt) },
    sender: accountOf("github-actions[bot]"),
  });
}
