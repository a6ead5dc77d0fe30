import { Octokit } from "@octokit/rest";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { issueJobToken } from "../src/access/tokens.ts";
import type { WorkflowRun } from "../src/store/entities.ts";
import { type Fixture, startFixture } from "./actions-fixture.ts";

let fixture: Fixture;

beforeEach(async () => {
  fixture = await startFixture();
});
afterEach(() => fixture.close());

const job = "jobs: { it: { runs-on: ubuntu-latest, steps: [{ run: 'true' }] } }";

function summaryOf(runs: WorkflowRun[]): string[] {
  return runs.map((run) => `${run.name}: ${run.event} ${run.ref} ${run.conclusion}`).sort();
}

describe("events that start workflows", () => {
  it("A push starts the workflows whose filters on branches, tags and paths match", async () => {
    await fixture.commit({
      all: `name: all\non: push\n${job}`,
      releases: `name: releases\non: { push: { branches: ['release/**', '!release/old'] } }\n${job}`,
      tags: `name: tags\non: { push: { tags: ['v[0-9]+.*'] } }\n${job}`,
      docs: `name: docs\non: { push: { paths: ['docs/**', '*.md'] } }\n${job}`,
      code: `name: code\non: { push: { paths-ignore: ['docs/**', '**.md'] } }\n${job}`,
    });
    expect(summaryOf(await fixture.settle())).toEqual([
      "all: push refs/heads/main success",
      "code: push refs/heads/main success",
    ]);
    const before = new Set((await fixture.settle()).map((run) => run.id));
    const fresh = async () =>
      summaryOf((await fixture.settle()).filter((run) => !before.has(run.id) && before.add(run.id)));

    const docs = await fixture.commit({ "docs/a/b.txt": "x" }, "release/one");
    expect(await fresh()).toEqual([
      "all: push refs/heads/release/one success",
      "docs: push refs/heads/release/one success",
      "releases: push refs/heads/release/one success",
    ]);
    await fixture.commit({ "src/x.ts": "x" }, "release/old", "release/one");
    expect(await fresh()).toEqual([
      "all: push refs/heads/release/old success",
      "code: push refs/heads/release/old success",
      "docs: push refs/heads/release/old success",
    ]);
    await fixture.octokit.rest.git.createRef({ ...fixture.at, ref: "refs/tags/v12.0", sha: docs });
    expect(await fresh()).toEqual([
      "all: push refs/tags/v12.0 success",
      "code: push refs/tags/v12.0 success",
      "docs: push refs/tags/v12.0 success",
      "tags: push refs/tags/v12.0 success",
    ]);
    await fixture.octokit.rest.git.deleteRef({ ...fixture.at, ref: "tags/v12.0" });
    expect(await fresh()).toEqual([]);
  });

  it("A pull request starts workflows on its test merge, and none while it conflicts", async () => {
    await fixture.commit({
      pull: `name: pull\non: { pull_request: { branches: [main] } }\n${job}`,
      labeled: `name: labeled\non: { pull_request: { types: [labeled] } }\n${job}`,
      "a.txt": "one\n",
    });
    await fixture.commit({ "a.txt": "theirs\n" }, "clash");
    await fixture.commit({ "b.txt": "fine\n" }, "fine");
    await fixture.commit({ "a.txt": "ours\n" });
    const open = (head: string, base = "main") =>
      fixture.octokit.rest.pulls.create({ ...fixture.at, title: `The ${head}`, head, base });
    await open("clash");
    const { data: pull } = await open("fine");
    await fixture.settle();
    const [run, ...others] = fixture.runsOf("pull");
    expect(others).toEqual([]);
    expect(run).toMatchObject({ displayTitle: "The fine", pullNumbers: [pull.number], headSha: pull.head.sha });
    expect(run?.ref).toBe(`refs/pull/${pull.number}/merge`);
    const merge = await fixture.octokit.rest.git.getCommit({ ...fixture.at, commit_sha: run!.checkoutSha });
    expect(merge.data.parents.map((parent) => parent.sha)).toEqual([
      await fixture.context.git.resolve(fixture.repository, "refs/heads/main"),
      pull.head.sha,
    ]);

    await fixture.commit({ "b.txt": "finer\n" }, "fine");
    await fixture.settle();
    expect(fixture.runsOf("pull").map((each) => (each.payload as { action: string }).action)).toEqual([
      "synchronize",
      "opened",
    ]);
    await fixture.octokit.rest.issues.addLabels({ ...fixture.at, issue_number: pull.number, labels: ["x"] });
    await fixture.commit({ "c.txt": "[skip ci]" }, "fine");
    await fixture.settle();
    expect(fixture.runsOf("labeled")).toHaveLength(1);

    const checks = await fixture.octokit.rest.checks.listForRef({ ...fixture.at, ref: pull.head.sha });
    expect(checks.data.check_runs.map((check) => [check.name, check.conclusion, check.app?.slug])).toContainEqual([
      "it",
      "success",
      "github-actions",
    ]);
  });

  it("workflow_run chains end after three, and other events run on the default branch", async () => {
    const chain = Object.fromEntries(
      ["b", "c", "d", "e"].map((name, index) => [
        name,
        `name: ${name}\non: { workflow_run: { workflows: [${"abcd"[index]}], types: [completed] } }\n${job}`,
      ]),
    );
    await fixture.commit({
      ...chain,
      a: `name: a\non: { issues: { types: [opened] } }\nrun-name: about \${{ github.event.issue.title }}\n${job}`,
    });
    await fixture.octokit.rest.issues.create({ ...fixture.at, title: "this" });
    await fixture.settle();
    expect(summaryOf(await fixture.settle())).toEqual([
      "a: issues refs/heads/main success",
      "b: workflow_run refs/heads/main success",
      "c: workflow_run refs/heads/main success",
      "d: workflow_run refs/heads/main success",
    ]);
    expect(fixture.runsOf("a")[0]?.displayTitle).toBe("about this");
  });

  it("A job's token starts no workflow, except by dispatch", async () => {
    await fixture.commit({
      pushed: `name: pushed\non: [push, issues]\n${job}`,
      dispatched: `name: dispatched\non: workflow_dispatch\n${job}`,
    });
    const before = (await fixture.settle()).length;
    const permissions = { contents: "write", issues: "write", actions: "write" } as const;
    const auth = issueJobToken(fixture.context.store, fixture.repository, permissions).id;
    const { rest } = new Octokit({ baseUrl: fixture.context.apiUrl(), auth });
    await rest.issues.create({ ...fixture.at, title: "x" });
    const sha = (await fixture.context.git.resolve(fixture.repository, "refs/heads/main")) ?? "";
    await rest.git.createRef({ ...fixture.at, ref: "refs/heads/by-job", sha });
    await rest.actions.createWorkflowDispatch({ ...fixture.at, workflow_id: "dispatched.yml", ref: "by-job" });
    const runs = await fixture.settle();
    expect(summaryOf(runs.slice(before))).toEqual(["dispatched: workflow_dispatch refs/heads/by-job success"]);
  });

  it.each(["Words [skip ci]", "[No CI] words", "Words\n\nskip-checks: true", "Words\n\n\nskip-checks:true\n"])(
    "A push whose last commit says %j starts no workflow",
    async (message) => {
      await fixture.commit({ skipped: `on: { push: { branches: [skipping] } }\n${job}` });
      const from = (await fixture.context.git.resolve(fixture.repository, "refs/heads/main")) ?? "";
      const at = { ...fixture.at, message, content: "eA==", branch: "skipping" };
      await fixture.octokit.rest.git.createRef({ ...fixture.at, ref: "refs/heads/skipping", sha: from });
      await fixture.settle();
      const before = fixture.runsOf("skipped").length;
      await fixture.octokit.rest.repos.createOrUpdateFileContents({ ...at, path: "one" });
      await fixture.settle();
      expect(fixture.runsOf("skipped")).toHaveLength(before);
      await fixture.octokit.rest.repos.createOrUpdateFileContents({ ...at, path: "two", message: "skip-checks: no" });
      await fixture.settle();
      expect(fixture.runsOf("skipped")).toHaveLength(before + 1);
      await fixture.octokit.rest.git.deleteRef({ ...fixture.at, ref: "heads/skipping" });
    },
  );

  it("A workflow file that expands to billions of values gives a failed run in time", async () => {
    const levels = Array.from({ length: 10 }, (_, level) => {
      const members = Array(9).fill(level === 0 ? "x" : `*l${level - 1}`);
      return `l${level}: &l${level} [${members.join()}]`;
    });
    await fixture.commit({ laughing: `on: push\n${levels.join("\n")}\n${job}` });
    await fixture.settle();
    expect(fixture.runsOf("laughing")[0]).toMatchObject({
      conclusion: "failure",
      failure: expect.stringContaining("Maximum events exceeded"),
    });
    await fixture.commit({ laughing: `on: workflow_dispatch\n${job}` });
    await fixture.settle();
  });

  it("A broken workflow file, or a broken called one, gives a failed run", async () => {
    await fixture.commit({
      broken: "name: Broken\non: push\njobs: { a: { needs: b, runs-on: x, steps: [{ run: x }] } }",
    });
    await fixture.settle();
    const [broken] = fixture.runsOf("broken");
    expect(broken).toMatchObject({ name: ".github/workflows/broken.yml", conclusion: "failure", status: "completed" });
    expect(broken?.failure).toContain("must contain at least one job with no dependencies");
    await fixture.commit({
      broken: "name: Broken\non: push\njobs: { a: { uses: ./.github/workflows/gone.yml } }",
    });
    await fixture.settle();
    expect(fixture.runsOf("broken")[0]).toMatchObject({ name: "Broken", conclusion: "startup_failure" });
    expect(fixture.runsOf("broken")[0]?.failure).toContain("workflow was not found");
    await fixture.commit({
      broken: "name: Broken\non: push\njobs: { a: { uses: ./.github/workflows/greedy.yml } }",
      greedy: `on: workflow_call\npermissions: { contents: write }\n${job}`,
    });
    await fixture.settle();
    expect(fixture.runsOf("broken")[0]).toMatchObject({ conclusion: "startup_failure" });
    expect(fixture.runsOf("broken")[0]?.failure).toContain(
      "The nested job 'it' is requesting 'contents: write', but is only allowed 'contents: read'.",
    );
    expect(fixture.jobsOf(fixture.runsOf("broken")[0]!)).toEqual([]);
    await expect(fixture.dispatch("broken")).rejects.toThrow("Workflow does not have 'workflow_dispatch' trigger");
  });

  it.each([
    ["an unknown permission", "permissions: { content: read }", "Unexpected value 'content'"],
    ["an unknown permission level", "permissions: { contents: all }", "Unexpected value 'all'"],
    ["an unknown cache-mode", "cache-mode: sometimes", "Unexpected value 'sometimes'"],
    ["two contradicting filters", "", "you may only define one of `branches` and `branches-ignore` for a single event"],
    ["26 inputs", "", "up to 25"],
  ])("A workflow with %s gives a failed run with the parser's message", async (what, key, words) => {
    const many = Array.from({ length: 26 }, (_, index) => `i${index}: {}`).join(", ");
    const on: Record<string, string> = {
      "26 inputs": `{ push: {}, workflow_dispatch: { inputs: { ${many} } } }`,
      "two contradicting filters": "{ push: { branches: [main], branches-ignore: [x] } }",
    };
    await fixture.commit({ broken: `on: ${on[what] ?? "push"}\n${key}\n${job}` });
    await fixture.settle();
    const [run] = fixture.runsOf("broken");
    expect(run).toMatchObject({ conclusion: "failure", failure: expect.stringContaining(words) });
    expect(fixture.jobsOf(run!)).toEqual([]);
  });

  it("A pull starts the workflows whose filters on base and changed paths match", async () => {
    const on = (filter: string) => `on: { pull_request: { ${filter} } }\n${job}`;
    await fixture.commit({
      docs: `name: docs\n${on("paths: ['docs/**']")}`,
      code: `name: code\n${on("paths-ignore: ['docs/**']")}`,
      released: `name: released\n${on("branches: ['release/**']")}`,
      unreleased: `name: unreleased\n${on("branches-ignore: ['release/**']")}`,
    });
    await fixture.commit({ "docs/a.md": "a" }, "topic");
    // What the base has since is not the pull's change.
    await fixture.commit({ "src/x.ts": "x" });
    await fixture.octokit.rest.pulls.create({ ...fixture.at, title: "T", head: "topic", base: "main" });
    const runs = await fixture.settle();
    expect(runs.map((run) => run.name).sort()).toEqual(["docs", "unreleased"]);
  });

  it("Closing a pull starts workflows on its last test merge", async () => {
    await fixture.commit({ closed: `on: { pull_request: { types: [opened, closed] } }\n${job}` });
    await fixture.commit({ "b.txt": "b" }, "topic");
    const { data } = await fixture.octokit.rest.pulls.create({
      ...fixture.at,
      title: "T",
      head: "topic",
      base: "main",
    });
    await fixture.settle();
    await fixture.octokit.rest.pulls.update({ ...fixture.at, pull_number: data.number, state: "closed" });
    await fixture.settle();
    const [closed, opened] = fixture.runsOf("closed");
    expect(closed).toMatchObject({ payload: { action: "closed" }, conclusion: "success" });
    expect([closed?.ref, closed?.checkoutSha]).toEqual([opened?.ref, opened?.checkoutSha]);
  });

  it("A push starts workflows unless its branch, tag or paths are ignored", async () => {
    await fixture.commit({
      branches: `name: branches\non: { push: { branches-ignore: ['wip/**'] } }\n${job}`,
      tags: `name: tags\non: { push: { tags-ignore: ['*-rc'] } }\n${job}`,
    });
    const sha = await fixture.commit({ "x.txt": "x" }, "wip/one");
    await fixture.commit({ "x.txt": "y" }, "done");
    for (const tag of ["v1-rc", "v1"]) {
      await fixture.octokit.rest.git.createRef({ ...fixture.at, ref: `refs/tags/${tag}`, sha });
    }
    expect(summaryOf(await fixture.settle())).toEqual([
      "branches: push refs/heads/done success",
      "branches: push refs/heads/main success",
      "tags: push refs/tags/v1 success",
    ]);
  });

  it("A push of a branch without shared history starts the workflows whose filters its files match", async () => {
    const on = (paths: string) => `on: { push: { paths: ['${paths}'] } }\n${job}`;
    await fixture.commit({ docs: on("docs/**"), code: on("src/**"), "docs/a.md": "a" }, "pages", "nowhere");
    await fixture.settle();
    expect([fixture.runsOf("docs").length, fixture.runsOf("code").length]).toEqual([1, 0]);
  });

  it("Each event reads the workflow file of the ref that GitHub reads", async () => {
    const named = (name: string) => ({
      file: `name: ${name}\non: [push, pull_request, workflow_dispatch, issue_comment]\n${job}`,
      after: `name: after ${name}\non: { workflow_run: { workflows: [topic, main], types: [completed] } }\n${job}`,
    });
    await fixture.commit(named("main"));
    await fixture.commit(named("topic"), "topic");
    await fixture.settle();
    const { data } = await fixture.octokit.rest.pulls.create({
      ...fixture.at,
      title: "T",
      head: "topic",
      base: "main",
    });
    await fixture.settle();
    await fixture.octokit.rest.issues.createComment({ ...fixture.at, issue_number: data.number, body: "hello" });
    await fixture.settle();
    await fixture.dispatch("file", {}, "topic");
    const runs = await fixture.settle();
    expect(
      runs.map((run) => `${run.name}: ${run.event} ${run.ref}`).filter((line) => !line.startsWith("after")),
    ).toEqual([
      "main: push refs/heads/main",
      "topic: push refs/heads/topic",
      "topic: pull_request refs/pull/1/merge",
      "main: issue_comment refs/heads/main",
      "topic: workflow_dispatch refs/heads/topic",
    ]);
    const after = runs.filter((run) => run.event === "workflow_run");
    expect(new Set(after.map((run) => `${run.name} ${run.ref}`))).toEqual(new Set(["after main refs/heads/main"]));
  });

  it("workflow_run starts on requested runs of the named workflows and branches", async () => {
    await fixture.commit({
      first: `name: first\non: push\n${job}`,
      asked: `name: asked\non: { workflow_run: { workflows: [first], types: [requested], branches: ['rel/*'] } }\n${job}`,
      other: `name: other\non: { workflow_run: { workflows: [nobody], types: [completed] } }\n${job}`,
    });
    await fixture.commit({ "x.txt": "x" }, "rel/1");
    const runs = await fixture.settle();
    const asked = runs.filter((run) => run.event === "workflow_run");
    expect(asked.map((run) => [run.name, (run.payload as { action: string }).action])).toEqual([
      ["asked", "requested"],
    ]);
    expect(asked[0]?.payload).toMatchObject({ workflow_run: { head_branch: "rel/1", status: "queued" } });
  });

  it("A run announces its webhooks in GitHub's order", async () => {
    await fixture.commit({ ci: `name: ci\non: workflow_dispatch\n${job}` });
    fixture.announced.length = 0;
    const run = await fixture.dispatch("ci");
    const heard = fixture.announced.map(({ event, action }) => `${event} ${action ?? ""}`.trim());
    expect(heard).toEqual([
      "workflow_dispatch",
      "workflow_run requested",
      "check_run created",
      "workflow_job queued",
      "workflow_run in_progress",
      "workflow_job in_progress",
      "check_run completed",
      "workflow_job completed",
      "check_suite completed",
      "workflow_run completed",
    ]);
    const last = fixture.announced.at(-1);
    expect(last?.payload).toMatchObject({
      workflow_run: {
        id: run.id,
        name: "ci",
        status: "completed",
        conclusion: "success",
        head_commit: { message: "Change" },
      },
      workflow: { path: ".github/workflows/ci.yml" },
    });
  });
});
