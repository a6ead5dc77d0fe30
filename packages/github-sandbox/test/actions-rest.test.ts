import { Octokit } from "@octokit/rest";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { issueUserToken } from "../src/access/tokens.ts";
import { type Fixture, startFixture } from "./actions-fixture.ts";

let fixture: Fixture;
let head: string;

beforeAll(async () => {
  fixture = await startFixture();
  head = await fixture.commit({
    deploy: `
name: Deploy
on:
  workflow_dispatch:
    inputs:
      target: { type: choice, options: [test, live], default: test }
      name: { required: true }
      dry: { type: boolean }
      count: { type: number, default: 3 }
jobs:
  go:
    runs-on: ubuntu-latest
    steps:
      - run: echo "\${{ inputs.target }} \${{ inputs.name }} \${{ inputs.dry == false }} \${{ inputs.count == 3 }} \${{ github.event.inputs.dry }}"
`,
    push: "name: Push\non: push\njobs: { a: { runs-on: ubuntu-latest, steps: [{ run: 'false' }] } }",
    broken: "on: workflow_dispatch\njobs: 3",
  });
  await fixture.settle();
});
afterAll(() => fixture.close());

function post(workflow: string, body: Record<string, unknown>) {
  const route = "POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches";
  return fixture.octokit.request(route, { ...fixture.at, workflow_id: workflow, ref: "main", ...body });
}

describe("workflow dispatch", () => {
  it.each([
    ["an unknown workflow", "nope.yml", {}, 404, "Not Found"],
    ["no trigger", "push.yml", {}, 422, "Workflow does not have 'workflow_dispatch' trigger"],
    ["an unknown ref", "deploy.yml", { ref: "gone" }, 422, "No ref found for: gone"],
    ["a ref without the file", "deploy.yml", { ref: "old" }, 422, "Workflow does not have 'workflow_dispatch' trigger"],
    ["a broken file", "broken.yml", {}, 422, "failed to parse workflow"],
    ["a missing input", "deploy.yml", { inputs: {} }, 422, "Required input 'name' not provided"],
    ["an unknown input", "deploy.yml", { inputs: { name: "x", b: "1" } }, 422, 'Unexpected inputs provided: ["b"]'],
    [
      "an unknown choice",
      "deploy.yml",
      { inputs: { name: "x", target: "moon" } },
      422,
      "Provided value 'moon' for input 'target' not in the list of allowed values",
    ],
    ["an input that is no boolean", "deploy.yml", { inputs: { name: "x", dry: "maybe" } }, 422, "is not a boolean"],
    ["an input that is no number", "deploy.yml", { inputs: { name: "x", count: "many" } }, 422, "is not a number"],
    ["inputs that are too large", "deploy.yml", { inputs: { name: "x".repeat(65_536) } }, 422, "inputs are too large."],
    [
      "more than 25 inputs",
      "deploy.yml",
      { inputs: Object.fromEntries(Array.from({ length: 26 }, (_, index) => [`i${index}`, "1"])) },
      422,
      "No more than 25 properties are allowed",
    ],
    ["no ref", "deploy.yml", { ref: undefined }, 422, '"ref" wasn\'t supplied.'],
  ])("A dispatch is refused for %s", async (_, workflow, body, status, message) => {
    if (body && "ref" in body && body.ref === "old") {
      const root = await fixture.octokit.rest.repos.listCommits({ ...fixture.at, per_page: 100 });
      const sha = root.data.at(-1)?.sha ?? "";
      await fixture.octokit.rest.git.createRef({ ...fixture.at, ref: "refs/heads/old", sha });
    }
    await expect(post(workflow, body)).rejects.toMatchObject({ status, message: expect.stringContaining(message) });
  });

  it("A dispatch starts a run with its inputs, and returns the run when asked", async () => {
    const quiet = await post("deploy.yml", { inputs: { name: "quiet" } });
    expect(quiet.status).toBe(204);
    const dispatched = await post("deploy.yml", { inputs: { name: "told", dry: false }, return_run_details: true });
    const details = dispatched.data as { workflow_run_id: number; run_url: string; html_url: string };
    expect(details).toEqual({
      workflow_run_id: expect.any(Number),
      run_url: `${fixture.context.apiUrl()}/repos/ada/shop/actions/runs/${details.workflow_run_id}`,
      html_url: `${fixture.url}/ada/shop/actions/runs/${details.workflow_run_id}`,
    });
    await fixture.settle();
    expect(await fixture.log(fixture.job("go"))).toContain("Z test told true true false");
    const { data } = await fixture.octokit.rest.actions.getWorkflowRun({
      ...fixture.at,
      run_id: details.workflow_run_id,
    });
    expect(data).toMatchObject({
      name: "Deploy",
      event: "workflow_dispatch",
      head_branch: "main",
      head_sha: head,
      run_number: 2,
      actor: { login: "ada" },
      head_commit: { id: head },
    });
  });
});

describe("the REST API of Actions", () => {
  it("Workflows are listed, and runs filtered", async () => {
    const { rest } = fixture.octokit;
    const { data } = await rest.actions.listRepoWorkflows(fixture.at);
    expect(data.workflows.map(({ name, path }) => [name, path]).sort()).toEqual([
      [".github/workflows/broken.yml", ".github/workflows/broken.yml"],
      ["Deploy", ".github/workflows/deploy.yml"],
      ["Push", ".github/workflows/push.yml"],
    ]);
    const deploy = data.workflows.find(({ name }) => name === "Deploy");
    const byId = await rest.actions.getWorkflow({ ...fixture.at, workflow_id: deploy!.id });
    expect(byId.data.name).toBe("Deploy");

    const count = async (query: Record<string, string>) =>
      (await rest.actions.listWorkflowRunsForRepo({ ...fixture.at, ...query })).data.total_count;
    const all = await count({});
    expect(await count({ event: "push" })).toBe(all - (await count({ event: "workflow_dispatch" })));
    expect(await count({ status: "failure", event: "push" })).toBeGreaterThan(0);
    expect(await count({ status: "failure", event: "workflow_dispatch" })).toBe(0);
    expect(await count({ status: "completed" })).toBe(all);
    expect(await count({ branch: "nowhere" })).toBe(0);
    expect(await count({ head_sha: head, actor: "ada" })).toBeGreaterThan(0);
    expect(await count({ actor: "eve" })).toBe(0);
    const year = new Date().getUTCFullYear();
    expect(await count({ created: `>=${year}-01-01` })).toBe(all);
    expect(await count({ created: `<${year}-01-01` })).toBe(0);
    expect(await count({ created: `${year - 1}-01-01..${year}-12-31` })).toBe(all);
    const one = await rest.actions.listWorkflowRuns({ ...fixture.at, workflow_id: "push.yml", per_page: 1 });
    expect(one.data.workflow_runs).toHaveLength(1);
    expect(one.data.workflow_runs[0]).toMatchObject({ name: "Push", conclusion: "failure" });
  });

  it("Jobs are listed, and logs are downloaded only from a signed URL", async () => {
    const run = await fixture.dispatch("deploy", { name: "logs" });
    const { rest } = fixture.octokit;
    const { data } = await rest.actions.listJobsForWorkflowRun({ ...fixture.at, run_id: run.id });
    expect(data.jobs.map((job) => job.name)).toEqual(["go"]);
    const job_id = data.jobs[0]?.id ?? 0;
    const one = await rest.actions.getJobForWorkflowRun({ ...fixture.at, job_id });
    expect(one.data).toMatchObject({
      run_id: run.id,
      status: "completed",
      workflow_name: "Deploy",
      labels: ["ubuntu-latest"],
    });
    const check = await rest.checks.get({ ...fixture.at, check_run_id: fixture.job("go").checkRunId });
    expect(check.data).toMatchObject({ name: "go", conclusion: "success", details_url: one.data.html_url });

    const zip = await rest.actions.downloadWorkflowRunLogs({ ...fixture.at, run_id: run.id });
    const names = Object.keys(unzipSync(new Uint8Array(zip.data as ArrayBuffer)));
    expect(names).toContain("0_go.txt");
    expect(names).toContain("go/1_Set up job.txt");
    const forged = await fetch(
      `${fixture.context.apiUrl()}/_downloads/job/${job_id}?expires=9999999999999&signature=${"0".repeat(64)}`,
    );
    expect(forged.status).toBe(404);
  });

  it("A completed run is re-run, a running one is not, and strangers are refused", async () => {
    const run = await fixture.dispatch("deploy", { name: "again" });
    const at = { ...fixture.at, run_id: run.id };
    const { actions } = fixture.octokit.rest;
    await expect(actions.reRunWorkflowFailedJobs(at)).rejects.toMatchObject({ status: 403 });
    expect((await actions.reRunWorkflow(at)).status).toBe(201);
    await expect(actions.reRunWorkflow(at)).rejects.toThrow("This workflow is already running");
    await fixture.settle();
    expect((await actions.getWorkflowRun(at)).data).toMatchObject({ run_attempt: 2, status: "completed" });
    const { data } = await actions.listJobsForWorkflowRun({ ...at, filter: "all" });
    expect(data.total_count).toBe(2);
    const anonymous = await fetch(`${fixture.context.apiUrl()}/repos/ada/shop/actions/runs/${run.id}/cancel`, {
      method: "POST",
    });
    expect(anonymous.status).toBeGreaterThanOrEqual(401);
  });

  it("Re-running a job also runs its dependents, in the name of the caller, and keeps every attempt", async () => {
    await fixture.commit({
      three: `
name: Three
on: workflow_dispatch
jobs:
  broken: { runs-on: ubuntu-latest, steps: [{ run: "false" }] }
  first: { runs-on: ubuntu-latest, steps: [{ run: "echo attempt $GITHUB_RUN_ATTEMPT by $GITHUB_TRIGGERING_ACTOR" }] }
  second: { runs-on: ubuntu-latest, needs: first, steps: [{ run: "true" }] }
`,
    });
    const run = await fixture.dispatch("three");
    const { store } = fixture.context;
    const eve = store.table("users").put({ ...fixture.owner, id: store.nextId(), login: "eve" });
    const present = store.table("repositories").get(fixture.repository.id);
    store.table("repositories").put({ ...present!, collaborators: { [String(eve.id)]: "write" } });
    const { rest } = new Octokit({ baseUrl: fixture.context.apiUrl(), auth: issueUserToken(store, eve).id });
    await rest.actions.reRunJobForWorkflowRun({ ...fixture.at, job_id: fixture.job("first").id });
    await fixture.settle();

    const { actions } = fixture.octokit.rest;
    const at = { ...fixture.at, run_id: run.id };
    const list = async (query: object) =>
      (await actions.listJobsForWorkflowRun({ ...at, ...query })).data.jobs.map(
        (job) => `${job.name} ${job.run_attempt}`,
      );
    expect((await list({})).sort()).toEqual(["broken 1", "first 2", "second 2"]);
    expect(await list({ filter: "all" })).toHaveLength(5);
    const of = async (attempt_number: number) =>
      (await actions.listJobsForWorkflowRunAttempt({ ...at, attempt_number })).data.jobs.map((job) => job.name).sort();
    expect([await of(1), await of(2)]).toEqual([
      ["broken", "first", "second"],
      ["first", "second"],
    ]);
    expect(await fixture.log(fixture.job("first"))).toContain("Z attempt 2 by eve");

    const now = (await actions.getWorkflowRun(at)).data;
    expect(now).toMatchObject({ run_attempt: 2, conclusion: "failure", triggering_actor: { login: "eve" } });
    expect(now.previous_attempt_url).toBe(`${now.url}/attempts/1`);
    const earlier = (await actions.getWorkflowRunAttempt({ ...at, attempt_number: 1 })).data;
    expect(earlier).toMatchObject({
      id: run.id,
      run_attempt: 1,
      conclusion: "failure",
      triggering_actor: { login: "ada" },
    });
    await expect(actions.getWorkflowRunAttempt({ ...at, attempt_number: 3 })).rejects.toMatchObject({ status: 404 });
    const zip = await actions.downloadWorkflowRunAttemptLogs({ ...at, attempt_number: 1 });
    expect(Buffer.from(zip.data as ArrayBuffer).toString("latin1")).toContain("_broken.txt");

    await actions.deleteWorkflowRunLogs(at);
    expect(await fixture.log(fixture.job("first"))).toBe("");
    const suite = fixture.context.store.table("runs").get(run.id)?.checkSuiteId ?? 0;
    await actions.deleteWorkflowRun(at);
    await expect(actions.getWorkflowRun(at)).rejects.toMatchObject({ status: 404 });
    expect(store.table("jobs").filter((job) => job.runId === run.id)).toEqual([]);
    expect(store.table("checkRuns").filter((check) => check.suiteId === suite)).toEqual([]);
  });

  it("A disabled workflow starts for no event until it is enabled again", async () => {
    const { actions } = fixture.octokit.rest;
    const push = { ...fixture.at, workflow_id: "push.yml" };
    const runs = async () => (await actions.listWorkflowRuns(push)).data.total_count;
    await actions.disableWorkflow(push);
    expect((await actions.getWorkflow(push)).data.state).toBe("disabled_manually");
    const before = await runs();
    await fixture.commit({ "x.txt": "1" });
    await fixture.settle();
    expect(await runs()).toBe(before);
    await actions.disableWorkflow({ ...fixture.at, workflow_id: "deploy.yml" });
    await expect(post("deploy.yml", { inputs: { name: "x" } })).rejects.toMatchObject({
      status: 422,
      message: expect.stringContaining("Cannot trigger a 'workflow_dispatch' on a disabled workflow"),
    });
    await actions.enableWorkflow({ ...fixture.at, workflow_id: "deploy.yml" });
    await actions.enableWorkflow(push);
    await fixture.commit({ "x.txt": "2" });
    await fixture.settle();
    expect(await runs()).toBe(before + 1);
  });

  it("force-cancel ends a run at once, even jobs with if: always()", async () => {
    await fixture.commit({
      stubborn: `
on: workflow_dispatch
jobs: { stubborn: { runs-on: ubuntu-latest, if: always(), steps: [{ run: "trap '' INT; sleep 60; sleep 60" }, { if: always(), run: sleep 60 }] } }
`,
    });
    const { data } = await post("stubborn.yml", { return_run_details: true });
    const at = { ...fixture.at, run_id: (data as { workflow_run_id: number }).workflow_run_id };
    const jobs = fixture.context.store.table("jobs");
    while (jobs.find((job) => job.name === "stubborn")?.process == null)
      await new Promise((done) => setTimeout(done, 5));
    expect((await fixture.octokit.rest.actions.forceCancelWorkflowRun(at)).status).toBe(202);
    await fixture.settle();
    expect((await fixture.octokit.rest.actions.getWorkflowRun(at)).data.conclusion).toBe("cancelled");
  });
});
