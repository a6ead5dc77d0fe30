import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Octokit } from "@octokit/rest";
import { afterEach, beforeEach, expect, it } from "vitest";
import { startSandbox } from "../src/index.ts";

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "sandbox-"));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

it("The sandbox keeps everything across a restart, and seeding again finds it", async () => {
  async function life(): Promise<{ token: string; titles: string[]; newest: number }> {
    const sandbox = await startSandbox({ dataDir, slots: 1 });
    const { user, token } = sandbox.createUser("ada");
    const repository = await sandbox.createRepository({ owner: user, name: "shop" });
    const octokit = new Octokit({ baseUrl: sandbox.apiUrl, auth: token });
    const at = { owner: "ada", repo: repository.name };
    const { data } = await octokit.rest.issues.create({ ...at, title: "again" });
    const all = await octokit.rest.issues.listForRepo(at);
    await sandbox.close();
    return { token, titles: all.data.map((issue) => issue.title), newest: data.number };
  }
  const first = await life();
  const second = await life();
  expect(second).toEqual({ token: first.token, titles: ["again", "again"], newest: 2 });
});

it("The sandbox keeps rulesets and the relations of issues across a restart", async () => {
  const at = { owner: "ada", repo: "shop" };
  const first = await startSandbox({ dataDir, slots: 1 });
  const { user, token } = first.createUser("ada");
  await first.createRepository({ owner: user, name: "shop" });
  const before = new Octokit({ baseUrl: first.apiUrl, auth: token });
  const open = async (title: string) => (await before.rest.issues.create({ ...at, title })).data;
  const [one, two] = [await open("one"), await open("two")];
  await before.rest.issues.addSubIssue({ ...at, issue_number: one.number, sub_issue_id: two.id });
  await before.rest.issues.addBlockedByDependency({ ...at, issue_number: one.number, issue_id: two.id });
  const conditions = { ref_name: { include: ["~ALL"], exclude: [] } };
  const ruleset = {
    ...at,
    name: "r",
    enforcement: "active" as const,
    conditions,
    rules: [{ type: "deletion" as const }],
  };
  const { data: made } = await before.rest.repos.createRepoRuleset(ruleset);
  await first.close();
  const second = await startSandbox({ dataDir, slots: 1 });
  const after = new Octokit({ baseUrl: second.apiUrl, auth: token });
  const { data } = await after.rest.issues.get({ ...at, issue_number: one.number });
  expect([data.sub_issues_summary?.total, data.issue_dependencies_summary?.blocked_by]).toEqual([1, 1]);
  const rules = await after.rest.repos.getBranchRules({ ...at, branch: "any" });
  expect(rules.data).toMatchObject([{ type: "deletion", ruleset_id: made.id }]);
  await second.close();
});

it("The sandbox starts in well under a second and answers at once", async () => {
  const before = performance.now();
  const sandbox = await startSandbox({ dataDir, slots: 1 });
  expect((await fetch(`${sandbox.apiUrl}/zen`)).status).toBe(200);
  expect(performance.now() - before).toBeLessThan(20_000);
  expect(await (await fetch(sandbox.url)).text()).toContain(sandbox.apiUrl);
  await sandbox.close();
});

it("The sandbox refuses a folder that another one uses and a port that is taken", async () => {
  const sandbox = await startSandbox({ dataDir, slots: 1 });
  await expect(startSandbox({ dataDir, slots: 1 })).rejects.toThrow(/does another one use it/);
  const port = Number(new URL(sandbox.url).port);
  const elsewhere = { dataDir: join(dataDir, "other"), slots: 1 };
  await expect(startSandbox({ ...elsewhere, port })).rejects.toThrow(/EADDRINUSE/);
  const other = await startSandbox(elsewhere);
  await other.close();
  await sandbox.close();
});
