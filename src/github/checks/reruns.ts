/** Has GitHub Actions run the jobs behind checks again. */
import type { Check, Repo } from "../../core/github.ts";
import type { GitHub } from "../../loop/github-port.ts";
import type { Calls } from "../calls.ts";
import { saysAlreadyRunning, statusOf, wordsOf } from "../errors.ts";
import { newestRuns, type WorkflowRun, workflowAndEvent } from "./reading.ts";

export function createReruns(calls: Calls): Pick<GitHub, "rerun"> {
  return {
    async rerun(repo, head, checks) {
      const wanted = new Set(checks.flatMap(runOf));
      for (const run of await newestRuns(calls, repo, head)) {
        const isWanted = wanted.has(workflowAndEvent(run));
        if (isWanted && run.status === "completed" && run.conclusion !== "success") await again(repo, run);
      }
    },
  };

  async function again(repo: Repo, run: WorkflowRun): Promise<void> {
    // A run that never started has no failed jobs to run again.
    const what = run.conclusion === "startup_failure" ? "rerun" : "rerun-failed-jobs";
    try {
      await calls.send(repo, `POST /repos/{owner}/{repo}/actions/runs/{run}/${what}`, { run: run.id });
    } catch (error) {
      if (statusOf(error) !== 403 || !saysAlreadyRunning(wordsOf(error))) throw error;
    }
  }
}

function runOf({ producer }: Check): string[] {
  return producer.kind === "job" ? [workflowAndEvent(producer)] : [];
}
