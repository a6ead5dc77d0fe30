/** Workflows, their runs, jobs, logs and artifacts. */
import { type Place, refused, type Stage, until } from "./stage.ts";

const workflow = `
name: CI
on:
  pull_request:
  workflow_dispatch:
    inputs:
      word: { type: string, default: hello }
jobs:
  unit:
    runs-on: ubuntu-latest
    steps:
      - run: echo made > made.txt
      - uses: actions/upload-artifact@v4
        with: { name: made, path: made.txt }
      - run: test "\${{ inputs.word }}" != wrong
`;

const endless = `
name: Endless
on: workflow_dispatch
jobs:
  wait:
    runs-on: ubuntu-latest
    steps:
      - run: sleep 600
`;

const dispatches = "POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches";

async function dispatched(stage: Stage, at: Place, workflow_id: string, inputs = {}): Promise<number> {
  const wanted = { ...at, workflow_id, ref: "main", inputs, return_run_details: true };
  const { data } = await stage.ada.request(dispatches, wanted);
  return (data as unknown as { workflow_run_id: number }).workflow_run_id;
}

async function runIs(stage: Stage, at: Place, run_id: number, status: string): Promise<void> {
  for (;;) {
    const { data } = await stage.ada.rest.actions.getWorkflowRun({ ...at, run_id });
    if (data.status === status) return;
  }
}

const files = { ".github/workflows/ci.yml": workflow, ".github/workflows/endless.yml": endless };

export async function runs(stage: Stage): Promise<void> {
  const { ada, wim } = stage;
  const at = await stage.repository("actions", files);
  await ada.rest.actions.listRepoWorkflows(at);
  await ada.rest.actions.getWorkflow({ ...at, workflow_id: "ci.yml" });
  await ada.rest.actions.createWorkflowDispatch({ ...at, workflow_id: "ci.yml", ref: "main" });
  const run_id = await dispatched(stage, at, "ci.yml", { word: "wrong" });
  const one = { ...at, run_id };
  await until(stage, async () => {
    const { data } = await ada.rest.actions.getWorkflowRun(one);
    return data.status === "completed" ? data : undefined;
  });
  await ada.rest.actions.listWorkflowRunsForRepo({ ...at, event: "workflow_dispatch", status: "failure", per_page: 1 });
  await ada.rest.actions.listWorkflowRuns({
    ...at,
    workflow_id: "ci.yml",
    branch: "main",
    created: "2020-01-01T00:00:00Z",
  });
  const { data: jobs } = await ada.rest.actions.listJobsForWorkflowRun({ ...one, filter: "latest" });
  await ada.rest.actions.listJobsForWorkflowRunAttempt({ ...one, attempt_number: 1 });
  await refused(404, ada.rest.actions.listJobsForWorkflowRunAttempt({ ...at, run_id: 999_999, attempt_number: 1 }));
  const job_id = jobs.jobs[0]?.id ?? 0;
  await ada.rest.actions.getJobForWorkflowRun({ ...at, job_id });
  await ada.rest.actions.downloadJobLogsForWorkflowRun({ ...at, job_id });
  await ada.rest.actions.downloadWorkflowRunLogs(one);

  await ada.rest.actions.listArtifactsForRepo({ ...at, name: "made" });
  const { data: artifacts } = await ada.rest.actions.listWorkflowRunArtifacts(one);
  const made = { ...at, artifact_id: artifacts.artifacts[0]?.id ?? 0 };
  await ada.rest.actions.getArtifact(made);
  await ada.rest.actions.downloadArtifact({ ...made, archive_format: "zip" });
  await wim.rest.actions.deleteArtifact(made);

  await ada.rest.actions.reRunWorkflowFailedJobs(one);
  await stage.sandbox.idle();
  await ada.rest.actions.reRunWorkflow(one);
  await stage.sandbox.idle();
  await ada.rest.actions.getWorkflowRunAttempt({ ...one, attempt_number: 1 });
  await ada.rest.actions.downloadWorkflowRunAttemptLogs({ ...one, attempt_number: 1 });
  const { data: latest } = await ada.rest.actions.listJobsForWorkflowRun(one);
  await ada.rest.actions.reRunJobForWorkflowRun({ ...at, job_id: latest.jobs[0]?.id ?? 0 });
  await stage.sandbox.idle();
  await refused(409, ada.rest.actions.cancelWorkflowRun(one));
  await refused(409, ada.rest.actions.forceCancelWorkflowRun(one));
  await ada.rest.actions.getWorkflowRun(one);
  await ada.rest.actions.deleteWorkflowRunLogs(one);
  await ada.rest.actions.deleteWorkflowRun(one);
  await ada.rest.actions.disableWorkflow({ ...at, workflow_id: "ci.yml" });
  await ada.rest.actions.getWorkflow({ ...at, workflow_id: "ci.yml" });
  await ada.rest.actions.enableWorkflow({ ...at, workflow_id: "ci.yml" });
}

export async function cancelledRuns(stage: Stage): Promise<void> {
  const { ada } = stage;
  const at = await stage.repository("cancelled", files);
  const first = await dispatched(stage, at, "endless.yml");
  await runIs(stage, at, first, "in_progress");
  await ada.rest.actions.listJobsForWorkflowRun({ ...at, run_id: first });
  await ada.rest.actions.cancelWorkflowRun({ ...at, run_id: first });
  await stage.sandbox.idle();
  const second = await dispatched(stage, at, "endless.yml");
  await ada.rest.actions.forceCancelWorkflowRun({ ...at, run_id: second });
  await stage.sandbox.idle();
}

/** Pushes workflows that cannot start. */
export async function brokenRuns(stage: Stage): Promise<void> {
  const { ada } = stage;
  const at = await stage.repository("broken");
  const sha = await stage.commit(at, "main", { ".github/workflows/ci.yml": "on: push\njobs:\n  unit: nonsense\n" });
  await stage.sandbox.idle();
  await ada.rest.actions.listWorkflowRunsForRepo({ ...at, event: "push" });
  await ada.rest.checks.listSuitesForRef({ ...at, ref: sha });
  await ada.rest.checks.listForRef({ ...at, ref: sha });
}

export async function pullRuns(stage: Stage): Promise<void> {
  const { ada } = stage;
  const at = await stage.repository("checked", files);
  const head = await stage.commit(at, "feature", { "feature.txt": "done\n" });
  const { data: pull } = await ada.rest.pulls.create({ ...at, title: "A feature", head: "feature", base: "main" });
  await stage.sandbox.idle();
  await ada.rest.actions.listWorkflowRunsForRepo({ ...at, event: "pull_request" });
  await ada.rest.checks.listForRef({ ...at, ref: head });
  await ada.rest.checks.listSuitesForRef({ ...at, ref: head });
  await ada.rest.pulls.merge({ ...at, pull_number: pull.number });
}
