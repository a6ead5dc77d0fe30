/** Models runs of the attempt workflow: dispatched, queued, working, ended. */
import { runName } from "../../../src/core/attempt.ts";
import { type GitHubModel, HttpAnswer, type Run } from "./model.ts";
import { accountOf, repositoryOf } from "./payloads.ts";

export function dispatchRun(github: GitHubModel, request: { workflow: string; attempt: string; brief: string }): Run {
  const files = github.objects.read(github.tip(github.defaultBranch)).files;
  if (!files.has(request.workflow)) throw new HttpAnswer(404, "Not Found");
  const script = github.behaviour.job(request);
  const run: Run = {
    id: github.nextId(),
    attempt: request.attempt,
    status: "queued",
    conclusion: null,
    path: request.workflow,
    runAttempt: 1,
    startedAt: null,
    endedAt: null,
    listedAt: github.now + github.behaviour.lag("listing"),
    artifact: null,
    cancelling: false,
  };
  github.runs.set(run.id, run);
  github.record({ kind: "dispatched", run, brief: request.brief });
  github.clock.after(script.startsAfter, () => {
    if (run.status !== "queued") return;
    run.status = "in_progress";
    run.startedAt = github.now;
    announceRun(github, run, "in_progress");
    if (script.lasts === null) return;
    github.clock.after(script.lasts, () => {
      if (run.status === "completed") return;
      run.artifact = script.artifact;
      run.runAttempt = script.runAttempt ?? 1;
      endRun(github, run, script.conclusion);
    });
  });
  return run;
}

/** Returns the attempt's runs that are listed by now, oldest first. */
export function runsOf(github: GitHubModel, attempt: string): Run[] {
  return [...github.runs.values()].filter((run) => run.attempt === attempt && run.listedAt <= github.now);
}

/** Answers at once. The job receives the cancellation a moment later. */
export function cancelRun(github: GitHubModel, run: Run): void {
  if (run.status === "completed") throw new HttpAnswer(409, "Cannot cancel a workflow run that is completed");
  run.cancelling = true;
  github.clock.after(github.behaviour.lag("update"), () => {
    if (run.status !== "completed") endRun(github, run, "cancelled");
  });
}

function endRun(github: GitHubModel, run: Run, conclusion: string): void {
  run.status = "completed";
  run.conclusion = conclusion;
  run.endedAt = github.now;
  announceRun(github, run, "completed");
}

function announceRun(github: GitHubModel, run: Run, action: "in_progress" | "completed"): void {
  github.announce("workflow_run", {
    action,
    repository: repositoryOf(github),
    workflow_run: { head_sha: github.tip(github.defaultBranch), display_title: runName(run.attempt) },
    sender: accountOf("github-actions[bot]"),
  });
}
