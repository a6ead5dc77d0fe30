import nock from "nock";
import { describe, expect, it } from "vitest";
import { api, failure, githubWith, playGitHub, REPO, repo } from "./fixture.ts";
import { zip } from "./zip.ts";

playGitHub();

const WORKFLOW = `${REPO}/actions/workflows/headgate.yml`;
const RUNS = `${WORKFLOW}/runs?event=workflow_dispatch&per_page=100`;
const request = { workflow: ".github/workflows/headgate.yml", attempt: "12/parser/1", brief: "{}" };

function listed(id: number, more: Record<string, unknown> = {}) {
  return {
    id,
    status: "in_progress",
    display_title: "headgate 12/parser/1",
    event: "workflow_dispatch",
    head_branch: "main",
    actor: { login: "headgate[bot]" },
    ...more,
  };
}

function expectRuns(...runs: unknown[]) {
  api().get(REPO).reply(200, { default_branch: "main" });
  api().get(RUNS).reply(200, { total_count: runs.length, workflow_runs: runs });
}

function expectDispatch(details: boolean) {
  return api().post(`${WORKFLOW}/dispatches`, {
    ref: "main",
    inputs: { protocol: "1", attempt: "12/parser/1", brief: "{}" },
    ...(details ? { return_run_details: true } : {}),
  });
}

describe("dispatch", () => {
  it("starts the run on the default branch and gives its id", async () => {
    expectRuns(listed(1, { display_title: "headgate 12/parser/10" }));
    expectDispatch(true).reply(200, { workflow_run_id: 77, run_url: "u", html_url: "h" });

    expect(await githubWith().dispatch(repo, request)).toEqual({ run: 77 });
  });

  it("takes the oldest run of the name and cancels the others that still work", async () => {
    expectRuns(listed(9), listed(8, { status: "completed" }), listed(6, { status: "completed" }), listed(7));
    api().post(`${REPO}/actions/runs/9/cancel`).reply(202, {});
    api()
      .post(`${REPO}/actions/runs/7/cancel`)
      .reply(409, { message: "Cannot cancel a workflow run that is completed" });

    expect(await githubWith().dispatch(repo, request)).toEqual({ run: 6 });
  });

  it("does not take a run that a person dispatched, or one from another branch", async () => {
    expectRuns(
      listed(1, { actor: { login: "mallory" } }),
      listed(2, { head_branch: "evil" }),
      listed(3, { event: "push" }),
    );
    expectDispatch(true).reply(200, { workflow_run_id: 4 });

    expect(await githubWith().dispatch(repo, request)).toEqual({ run: 4 });
  });

  it("asks again without run details where the server does not know them, and is called again to find the run", async () => {
    expectRuns();
    expectDispatch(true).reply(422, { message: 'Invalid request.\n\n"return_run_details" is not a permitted key.' });
    expectDispatch(false).reply(204);

    expect(await failure(githubWith().dispatch(repo, request))).toMatchObject({ name: "Unavailable", afterMs: 10_000 });

    expectRuns(listed(5));
    expect(await githubWith().dispatch(repo, request)).toEqual({ run: 5 });
  });

  it.each([
    [422, 'Unexpected inputs provided: ["attempt"]'],
    [422, "Workflow does not have 'workflow_dispatch' trigger"],
    [404, "Not Found"],
  ])("is refused after %i %s", async (status, message) => {
    expectRuns();
    expectDispatch(true).reply(status, { message });

    expect(await failure(githubWith().dispatch(repo, request))).toMatchObject({ name: "Refused" });
  });

  it("looks for nothing on the first try, and asks once for the default branch", async () => {
    api().get(REPO).reply(200, { default_branch: "main" });
    expectDispatch(true).reply(200, { workflow_run_id: 77 });
    expectDispatch(true).reply(200, { workflow_run_id: 78 });
    const github = githubWith();

    expect(await github.dispatch(repo, { ...request, isFirstTry: true })).toEqual({ run: 77 });
    expect(await github.dispatch(repo, { ...request, isFirstTry: true })).toEqual({ run: 78 });
  });

  it("starts the run on the new default branch after the old one was renamed", async () => {
    api().get(REPO).reply(200, { default_branch: "main" });
    expectDispatch(true).reply(200, { workflow_run_id: 77 });
    expectDispatch(true).reply(422, { message: "No ref found for: main" });
    api().get(REPO).reply(200, { default_branch: "trunk" });
    api()
      .post(`${WORKFLOW}/dispatches`, (sent) => sent.ref === "trunk")
      .reply(200, { workflow_run_id: 78 });
    const github = githubWith();
    await github.dispatch(repo, { ...request, isFirstTry: true });

    expect(await github.dispatch(repo, { ...request, isFirstTry: true })).toEqual({ run: 78 });
  });

  it("leaves GitHub time to list the run when it may have started one without saying so", async () => {
    expectRuns();
    expectDispatch(true).reply(502, "");

    expect(await failure(githubWith().dispatch(repo, request))).toMatchObject({ name: "Unavailable", afterMs: 10_000 });
  });
});

it.each([
  ["the oldest", [listed(9), listed(7)], 7],
  ["none", [listed(9, { display_title: "headgate 12/parser/2" })], null],
])("findRun gives %s of the attempt's name", async (_, runs, expected) => {
  expectRuns(...runs);

  expect(await githubWith().findRun(repo, request.workflow, request.attempt)).toBe(expected);
});

describe("run", () => {
  const run = {
    id: 5,
    status: "completed",
    conclusion: "success",
    path: ".github/workflows/headgate.yml@refs/heads/main",
    run_attempt: 1,
    html_url: "https://github.com/acme/app/actions/runs/5",
  };

  function expectRun(more: Record<string, unknown>, jobs: unknown[] | null) {
    api()
      .get(`${REPO}/actions/runs/5`)
      .reply(200, { ...run, ...more });
    // A run that waits has jobs without times, which nobody reads.
    if (jobs !== null)
      api().get(`${REPO}/actions/runs/5/jobs?per_page=100`).reply(200, { total_count: jobs.length, jobs });
  }

  it("takes its times from the jobs that ran, and its path without the ref", async () => {
    expectRun({}, [
      { conclusion: "success", started_at: "2026-11-01T10:00:05Z", completed_at: "2026-11-01T10:02:00Z" },
      { conclusion: "success", started_at: "2026-11-01T10:00:09Z", completed_at: "2026-11-01T10:01:00Z" },
      { conclusion: "skipped", started_at: "2026-11-01T09:00:00Z", completed_at: "2026-11-01T11:00:00Z" },
    ]);

    expect(await githubWith().run(repo, 5)).toEqual({
      id: 5,
      status: "completed",
      conclusion: "success",
      path: ".github/workflows/headgate.yml",
      runAttempt: 1,
      url: run.html_url,
      startedAt: Date.parse("2026-11-01T10:00:05Z"),
      endedAt: Date.parse("2026-11-01T10:02:00Z"),
    });
  });

  it("has not ended while it works, even when its first jobs have", async () => {
    expectRun({ status: "in_progress", conclusion: null }, [
      { conclusion: "success", started_at: "2026-11-01T10:00:05Z", completed_at: "2026-11-01T10:02:00Z" },
      { conclusion: null, started_at: null, completed_at: null },
    ]);

    expect(await githubWith().run(repo, 5)).toMatchObject({ status: "in_progress", endedAt: null });
  });

  it.each([
    ["requested", "queued"],
    ["pending", "queued"],
    ["waiting", "waiting"],
    ["something new", "queued"],
  ])("is %s on GitHub, so %s here", async (status, expected) => {
    expectRun({ status, conclusion: null }, expected === "queued" ? null : []);

    expect(await githubWith().run(repo, 5)).toMatchObject({ status: expected, startedAt: null, endedAt: null });
  });
});

describe("artifact", () => {
  const STORAGE = "https://storage.example";
  const digest = "ab".repeat(32);

  function expectArtifacts(runAttempt: number, ...artifacts: unknown[]) {
    api().get(`${REPO}/actions/runs/5`).reply(200, {
      id: 5,
      status: "completed",
      conclusion: "success",
      path: "p",
      run_attempt: runAttempt,
      html_url: "h",
    });
    if (runAttempt !== 1) return;
    api()
      .get(`${REPO}/actions/runs/5/artifacts?per_page=100&name=headgate-result`)
      .reply(200, { total_count: artifacts.length, artifacts });
  }

  const artifact = { id: 3, name: "headgate-result", expired: false };

  function expectLink() {
    api()
      .get(`${REPO}/actions/artifacts/3/zip`)
      .reply(302, "", { location: `${STORAGE}/blob?sig=1` });
  }

  it("unpacks result and files, and shows our token to GitHub only", async () => {
    expectArtifacts(1, { ...artifact, id: 2, name: "headgate-results" }, artifact);
    expectLink();
    const content = zip([
      { name: "result.json", content: '{"ok":true}' },
      { name: `files/${digest}`, content: "file" },
      { name: "files/../../etc/passwd", content: "no" },
      { name: `files/${digest}.txt`, content: "no" },
    ]);
    nock(STORAGE, { badheaders: ["authorization"] })
      .get("/blob?sig=1")
      .reply(200, content);

    const github = githubWith();
    const unpacked = await github.artifact(repo, 5);
    // Kept for promotion, so that it is not downloaded again.
    expect(await github.artifact(repo, 5)).toBe(unpacked);

    expect(unpacked?.result).toMatchObject({ problem: { kind: "not-the-protocol" } });
    expect(Buffer.from(unpacked?.file(digest) ?? []).toString()).toBe("file");
    expect(unpacked?.file("cd".repeat(32))).toBeNull();
    expect(unpacked?.file("../../etc/passwd")).toBeNull();
  });

  it("has no result when the archive has none", async () => {
    expectArtifacts(1, artifact);
    expectLink();
    nock(STORAGE)
      .get("/blob?sig=1")
      .reply(200, zip([{ name: "other", content: "" }]));

    expect((await githubWith().artifact(repo, 5))?.result).toEqual({ problem: { kind: "no-result-file" } });
  });

  it.each([
    ["the run has none", 1, []],
    ["it has expired", 1, [{ ...artifact, expired: true }]],
    ["a person ran the job again", 2, [artifact]],
  ])("is null when %s", async (_, runAttempt, artifacts) => {
    expectArtifacts(runAttempt, ...artifacts);

    expect(await githubWith().artifact(repo, 5)).toBeNull();
  });

  it("comes later when its link is not there yet", async () => {
    expectArtifacts(1, artifact);
    api().get(`${REPO}/actions/artifacts/3/zip`).reply(404, { message: "Not Found" });

    expect(await failure(githubWith().artifact(repo, 5))).toMatchObject({ name: "Unavailable" });
  });

  it.each([
    ["has expired", 403],
    ["leads to a failing storage", 503],
  ])("comes later when its link %s", async (_, status) => {
    expectArtifacts(1, artifact);
    expectLink();
    nock(STORAGE).get("/blob?sig=1").reply(status, "");

    expect(await failure(githubWith().artifact(repo, 5))).toMatchObject({ name: "Unavailable" });
  });

  it("is refused when the run uploaded two of the name, since nobody knows which is the job's", async () => {
    expectArtifacts(1, artifact, { ...artifact, id: 4 });

    expect(await failure(githubWith().artifact(repo, 5))).toMatchObject({
      name: "BadArtifact",
      message: "the run uploaded more than one artifact headgate-result",
    });
  });

  it("is refused when its result is too long to be parsed", async () => {
    expectArtifacts(1, artifact);
    expectLink();
    const content = zip([{ name: "result.json", content: Buffer.alloc(2 * 1024 * 1024 + 1, " ") }]);
    nock(STORAGE).get("/blob?sig=1").reply(200, content);

    expect(await failure(githubWith().artifact(repo, 5))).toMatchObject({
      name: "BadArtifact",
      message: "its result.json is larger than 2097152 bytes",
    });
  });

  it("is refused when it is not a ZIP archive", async () => {
    expectArtifacts(1, artifact);
    expectLink();
    nock(STORAGE).get("/blob?sig=1").reply(200, "hello");

    expect(await failure(githubWith().artifact(repo, 5))).toMatchObject({
      name: "BadArtifact",
      message: "it is not a ZIP archive",
    });
  });
});
