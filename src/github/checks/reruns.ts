/** Has GitHub Actions run the jobs behind checks again. */
import type { Check, Repo } from "../../core/github.ts";
import type { GitHub } from "../../loop/github-port.ts";
import type { Calls } from "../calls.ts";
import { saysAlreadyRunning, statusOf, wordsOf } from "../errors.ts";
import { runsByWorkflow, type WorkflowRun, workflowAndEvent } from "./reading.ts";

export function createReruns(calls: Calls): Pick<GitHub, "rerun"> {
  return {
    async rerun(repo, head, checks) {
      const wanted = new Set(checks.flatMap(runOf));
      const ids = new Set(checks.flatMap(({ producer }) => (producer.kind === "job" ? [producer.run] : [])));
      for (const [newest, ...older] of await runsByWorkflow(calls, repo, head)) {
        if (newest === undefined || !wanted.has(workflowAndEvent(newest))) continue;
        // Where the newest one skipped the job, an older one counts.
        const run = hasPassed(newest) ? older.find(({ id }) => ids.has(id)) : newest;
        if (run?.status === "completed" && !hasPassed(run)) await again(repo, run);
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

function hasPassed({ status, conclusion }: WorkflowRun): boolean {
  return status === "completed" && (conclusion === "success" || conclusion === "skipped");
}

function runOf({ producer }: Check): string[] {
  return producer.kind === "job" ? [workflowAndEvent(producer)] : [];
}
