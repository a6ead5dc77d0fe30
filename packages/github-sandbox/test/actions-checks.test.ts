/** How jobs show as checks of their commit, and what branch protection makes of them. */
import { Octokit } from "@octokit/rest";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { issueJobToken } from "../src/access/tokens.ts";
import { requirements } from "../src/protection/checks.ts";
import { type Fixture, startFixture } from "./actions-fixture.ts";

const steps = "runs-on: ubuntu-latest, steps: [{ run: 'true' }]";
let fixture: Fixture;
let head: string;

beforeAll(async () => {
  fixture = await startFixture();
  head = await fixture.commit({
    a: `name: A\non: push\njobs: { build: { runs-on: ubuntu-latest, steps: [{ run: 'false' }] } }`,
    b: `name: B\non: push\njobs: { build: { ${steps} } }`,
    matrix: `
name: Matrix
on: push
jobs:
  named:
    name: "on \${{ matrix.os }} and more"
    if: false
    strategy: { matrix: { os: [x, y] } }
    runs-on: ubuntu-latest
    steps: [{ run: 'true' }]
  plain:
    if: false
    strategy: { matrix: { os: [x, y] } }
    runs-on: ubuntu-latest
    steps: [{ run: 'true' }]
`,
  });
  await fixture.settle();
});
afterAll(() => fixture.close());

async function checkRuns() {
  const { data } = await fixture.octokit.rest.checks.listForRef({ ...fixture.at, ref: head });
  return data.check_runs;
}

describe("the checks of jobs", () => {
  it("A job and its check run have the same id", async () => {
    const jobs = ["a", "b"].flatMap((name) => fixture.runsOf(name).flatMap((run) => fixture.jobsOf(run)));
    const builds = (await checkRuns()).filter((run) => run.name === "build");
    expect(builds.map((run) => run.id).sort()).toEqual(jobs.map((job) => job.id).sort());
  });

  it("Two workflows with a job of one name both show their latest check", async () => {
    const builds = (await checkRuns()).filter((run) => run.name === "build");
    expect(builds.map((run) => run.conclusion).sort()).toEqual(["failure", "success"]);
  });

  it("Branch protection demands that all jobs of a required name pass", () => {
    const scope = { store: fixture.context.store, repository: fixture.repository };
    expect(requirements(scope, [{ context: "build", appId: null }], head)).toEqual([
      { context: "build", state: "failing" },
    ]);
  });

  it("A matrix job that its condition skips shows one check under the name in the file", async () => {
    const skipped = (await checkRuns()).filter((run) => run.conclusion === "skipped").map((run) => run.name);
    expect(skipped.sort()).toEqual(["on ${{ matrix.os }} and more", "plain"]);
  });

  it("A check run that a job's token creates belongs to GitHub Actions and to a workflow run's suite, and is no job", async () => {
    const { context, repository, at } = fixture;
    const token = issueJobToken(context.store, repository, { checks: "write", statuses: "write" }).id;
    const octokit = new Octokit({ baseUrl: `${fixture.url}/api/v3`, auth: token });
    const { data } = await octokit.rest.checks.create({ ...at, name: "build", head_sha: head, conclusion: "success" });
    expect(data.app?.id).toBe(15_368);
    const suites = context.store.table("checkSuites").filter((suite) => suite.id === data.check_suite?.id);
    expect(suites.map((suite) => suite.workflowRunId)).toEqual([expect.any(Number)]);
    expect(context.store.table("jobs").get(data.id)).toBeUndefined();

    await octokit.rest.repos.createCommitStatus({ ...at, sha: head, state: "success", context: "build" });
    const { data: statuses } = await fixture.octokit.rest.repos.listCommitStatusesForRef({ ...at, ref: head });
    expect(statuses.map((status) => [status.context, status.creator?.login])).toEqual([
      ["build", "github-actions[bot]"],
    ]);
  });
});
