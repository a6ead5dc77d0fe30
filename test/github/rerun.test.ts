import { describe, expect, it } from "vitest";
import type { Check } from "../../src/core/github.ts";
import { api, failure, githubWith, playGitHub, REPO, repo, sha } from "./fixture.ts";

playGitHub();

const CI = ".github/workflows/ci.yml";
const check: Check = {
  name: "test",
  producer: { kind: "job", workflow: CI, event: "pull_request", run: 1, needs: [] },
  conclusion: "cancelled",
  url: null,
  id: 1,
  startedAt: null,
  completedAt: null,
};

function expectRuns(...runs: Record<string, unknown>[]) {
  const run = { path: CI, event: "pull_request", status: "completed", conclusion: "cancelled" };
  api()
    .get(`${REPO}/actions/runs?per_page=100&head_sha=${sha("a")}`)
    .reply(200, { workflow_runs: runs.map((more) => ({ ...run, ...more })) });
}

function rerun(...checks: Check[]) {
  return githubWith().rerun(repo, sha("a"), checks);
}

describe("rerun", () => {
  it("runs the failed jobs of the newest run of the checks' workflow and event again, once", async () => {
    expectRuns({ id: 3 }, { id: 2 }, { id: 4, event: "push" }, { id: 5, path: "other.yml" });
    api().post(`${REPO}/actions/runs/3/rerun-failed-jobs`).reply(201, {});

    await rerun(check, { ...check, name: "lint" }, { ...check, producer: { kind: "app", appId: 9 } });
  });

  it.each(["success", "skipped"])(
    "runs the older run again that a check names, where the newest ended as %s",
    async (conclusion) => {
      expectRuns({ id: 3, conclusion }, { id: 2 }, { id: 1 });
      api().post(`${REPO}/actions/runs/1/rerun-failed-jobs`).reply(201, {});

      await rerun(check);
    },
  );

  it("starts a run anew that never started", async () => {
    expectRuns({ id: 3, conclusion: "startup_failure" });
    api().post(`${REPO}/actions/runs/3/rerun`).reply(201, {});

    await rerun(check);
  });

  it.each([{ status: "queued", conclusion: null }, { conclusion: "success" }])(
    "leaves a run alone that needs nothing: %o",
    async (more) => {
      expectRuns({ id: 3, ...more });

      await rerun(check);
    },
  );

  it("is content when the jobs are running already, and with nothing else", async () => {
    expectRuns({ id: 3 });
    api().post(`${REPO}/actions/runs/3/rerun-failed-jobs`).reply(403, { message: "This workflow is already running" });
    await rerun(check);

    expectRuns({ id: 3 });
    api()
      .post(`${REPO}/actions/runs/3/rerun-failed-jobs`)
      .reply(403, { message: "Unable to retry this workflow run because it was created over a month ago" });
    expect(await failure(rerun(check))).toMatchObject({ name: "Refused" });
  });
});
