import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Octokit } from "@octokit/rest";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Sandbox, startSandbox } from "../src/index.ts";

import { silent } from "./rest-fixture.ts";

let folder: string;
let sandbox: Sandbox;
let token: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "sandbox-"));
  sandbox = await startSandbox({ dataDir: join(folder, "data"), slots: 2 });
  token = sandbox.createUser("ada").token;
});
afterAll(async () => {
  await sandbox.close();
  rmSync(folder, { recursive: true });
});

const run = promisify(execFile);
async function git(clone: string, ...args: string[]): Promise<string> {
  const identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"];
  return (await run("git", ["-C", clone, ...identity, ...args])).stdout.trim();
}

const workflow = `
name: CI
on:
  pull_request:
  workflow_dispatch:
    inputs:
      word: { type: string, required: true }
jobs:
  unit:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: test -f feature.txt || test "\${{ inputs.word }}" = hello
`;

async function until<Value>(observe: () => Promise<Value | undefined>): Promise<Value> {
  for (;;) {
    const found = await observe();
    if (found !== undefined) return found;
    await sandbox.idle();
  }
}

it("Stock clients go from an empty repository over a push, a pull with checks and a merge to a dispatch", async () => {
  const octokit = new Octokit({ baseUrl: sandbox.apiUrl, auth: token, log: silent });
  const { data: made } = await octokit.rest.repos.createForAuthenticatedUser({ name: "shop" });
  const at = { owner: "ada", repo: "shop" };
  await octokit.rest.issues.create({ ...at, title: "A feature" });

  const clone = join(folder, "clone");
  await run("git", ["clone", "--quiet", made.clone_url.replace("//", `//ada:${token}@`), clone]);
  await git(clone, "checkout", "--quiet", "-b", "main");
  mkdirSync(join(clone, ".github/workflows"), { recursive: true });
  writeFileSync(join(clone, ".github/workflows/ci.yml"), workflow);
  await git(clone, "add", ".");
  await git(clone, "commit", "--quiet", "--message=Begin");
  await git(clone, "push", "--quiet", "origin", "main");
  await octokit.rest.repos.updateBranchProtection({
    ...at,
    branch: "main",
    required_status_checks: { strict: true, contexts: ["unit"] },
    enforce_admins: true,
    required_pull_request_reviews: null,
    restrictions: null,
  });

  await git(clone, "checkout", "--quiet", "-b", "feature");
  writeFileSync(join(clone, "feature.txt"), "done\n");
  await git(clone, "add", ".");
  await git(clone, "commit", "--quiet", "--message=Add the feature");
  await git(clone, "push", "--quiet", "origin", "feature");
  const head = await git(clone, "rev-parse", "HEAD");

  const { data: pull } = await octokit.rest.pulls.create({
    ...at,
    title: "The feature",
    body: "Closes #1",
    head: "feature",
    base: "main",
  });
  expect(pull).toMatchObject({ number: 2, state: "open", mergeable: null, head: { sha: head } });
  await expect(octokit.rest.pulls.merge({ ...at, pull_number: 2, sha: head })).rejects.toMatchObject({ status: 405 });

  const check = await until(async () => {
    const { data } = await octokit.rest.checks.listForRef({ ...at, ref: head });
    return data.check_runs.find((each) => each.status === "completed");
  });
  expect(check).toMatchObject({ name: "unit", conclusion: "success", app: { slug: "github-actions" } });

  const { data: merged } = await octokit.rest.pulls.merge({ ...at, pull_number: 2, sha: head });
  expect(merged.merged).toBe(true);
  expect((await octokit.rest.issues.get({ ...at, issue_number: 1 })).data).toMatchObject({ state: "closed" });
  expect((await octokit.rest.issues.get({ ...at, issue_number: 2 })).data.pull_request?.merged_at).not.toBeNull();
  await git(clone, "pull", "--quiet", "origin", "main");

  const dispatched = await octokit.request("POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches", {
    ...at,
    workflow_id: "ci.yml",
    ref: "main",
    inputs: { word: "hello" },
    return_run_details: true,
  });
  const runId = (dispatched.data as unknown as { workflow_run_id: number }).workflow_run_id;
  const done = await until(async () => {
    const { data } = await octokit.rest.actions.getWorkflowRun({ ...at, run_id: runId });
    return data.status === "completed" ? data : undefined;
  });
  expect(done).toMatchObject({ conclusion: "success", event: "workflow_dispatch", head_sha: merged.sha });
});
