import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { ATTEMPT_WORKFLOW, attemptId } from "../../src/core/attempt.ts";
import { performAttemptObserve } from "../../src/loop/effects/attempts.ts";
import { performPlanMake } from "../../src/loop/effects/planning.ts";
import { performFailureRead } from "../../src/loop/effects/pulls.ts";
import type { GitHub } from "../../src/loop/github-port.ts";
import type { Outside } from "../../src/loop/outside.ts";
import { redacted, withoutSecrets } from "../../src/loop/redacted.ts";
import { createScanner } from "../../src/secrets/scanner.ts";
import { classicToken } from "../secrets/samples.ts";

const scanner = createScanner();
const repo = { id: 1, installation: 1, owner: "acme", name: "tool" };
const leak = `see ${classicToken}`;
const clean = "see [redacted: github]";

function outside(github: Partial<GitHub>): Outside {
  return { scanner, github } as unknown as Outside;
}

describe("words that come in", () => {
  it("of a job's result are stored without secrets, and a path with one is refused by its rule", async () => {
    const content = Buffer.from("x\n");
    const sha256 = createHash("sha256").update(content).digest("hex");
    const file = { change: "write", mode: "100644", sha256, bytes: content.length };
    const id = attemptId(1, "a", 1);
    const result = {
      ...{
        protocol: "1",
        attempt: id,
        outcome: "completed",
        summary: leak,
        engine: "command",
        model: leak,
        usage: null,
      },
      notes: ["plain", leak],
      manifest: [
        { ...file, path: "a.txt" },
        { ...file, path: `keys/${classicToken}.txt` },
        { change: "delete", path: `old/${classicToken}` },
      ],
    };
    const run = { id: 7, status: "completed", conclusion: "success", path: ATTEMPT_WORKFLOW, runAttempt: 1 };
    const github = {
      run: async () => run,
      artifact: async () => ({ result: { result, faults: [] }, file: () => new Uint8Array(content) }),
    } as unknown as Partial<GitHub>;
    const effect = { type: "attempt.observe" as const, repo, task: "a", attempt: 1, id, run: 7, round: 1 };
    const event = await performAttemptObserve(outside(github), effect as never);
    expect(event).toMatchObject({
      outcome: {
        result: { summary: clean, notes: ["plain", clean], model: clean },
        manifest: [{ path: "a.txt" }, { path: "keys/[redacted: github].txt" }, { path: "old/[redacted: github]" }],
        findings: [
          { path: "keys/[redacted: github].txt", finding: "secret-name", rule: "github" },
          { path: "old/[redacted: github]", finding: "secret-name", rule: "github" },
        ],
      },
    });
    expect(JSON.stringify(event)).not.toContain(classicToken);
  });

  it("of a planner reach the core without secrets", async () => {
    const plan = { tasks: [{ id: "a", title: leak, description: `${leak}\n`, dependsOn: [] }] };
    const planner = { plan: async () => ({ plan, source: "model" as const, model: null, usage: null }) };
    const event = await performPlanMake({ scanner, planner } as never, { type: "plan.make", version: 1 } as never);
    expect(event).toMatchObject({ plan: { tasks: [{ title: clean, description: `${clean}\n` }] } });
    expect(JSON.stringify(event)).not.toContain(classicToken);
  });

  it("of a log are redacted before they are cut", async () => {
    const failureText: GitHub["failureText"] = async (_repo, _check, _limit, redact) =>
      (await redact(leak)).slice(0, 20);
    const effect = { type: "failure.read", repo, pull: 1, head: "a".repeat(40), checks: [{ name: "unit" }] };
    const event = await performFailureRead(outside({ failureText }), effect as never);
    expect(event).toMatchObject({ details: [{ text: clean.slice(0, 20) }] });
  });
});

describe("words that leave", () => {
  it("for GitHub lose their secrets, whoever wrote them", async () => {
    const sent: unknown[] = [];
    const keep = async (...all: unknown[]) => void sent.push(all);
    const calls = { upsertComment: keep, addSubIssue: keep, openPull: keep, writeCommit: keep, mergePull: keep };
    const editPull: GitHub["editPull"] = async (_repo, _pull, edit) => keep(await edit(leak));
    const github = withoutSecrets({ ...calls, editPull, closePull: keep } as unknown as GitHub, scanner);
    await github.upsertComment(repo, 1, "<!-- a -->", leak);
    await github.addSubIssue(repo, 1, { title: leak, body: leak });
    await github.openPull(repo, { head: "a", base: "main", commit: "c", title: leak, body: leak });
    const commit = { against: "a", parents: [], changes: [], file: () => new Uint8Array(), message: leak };
    await github.writeCommit(repo, commit);
    await github.mergePull(repo, 1, { head: "a", method: "squash", title: leak });
    await github.editPull(repo, 1, (body) => `${body}, and ${leak}`);
    await github.closePull(repo, 9);
    expect(sent).toHaveLength(7);
    expect(JSON.stringify(sent)).not.toContain(classicToken);
    expect(JSON.stringify(sent).split(clean)).toHaveLength(10);
  });

  it("leave by no method of GitHub that nobody has thought of", () => {
    type Methods<Value> = { [Name in keyof GitHub]: Value };
    // Each new method has to say whether it carries words that people read.
    const words: Methods<boolean> = {
      ...{
        permission: false,
        repository: false,
        defaultBranch: false,
        branchTip: false,
        branchesBelow: false,
        workflowState: false,
        recentCommits: false,
        readFile: false,
        listFiles: false,
        tree: false,
      },
      ...{
        blob: false,
        requiredChecks: false,
        branchRules: false,
        baseRules: false,
        checks: false,
        jobs: false,
        mergedHeads: false,
        granted: false,
      },
      ...{ issue: false, labelledIssues: false, labelledBy: false, comments: false, subIssues: false },
      ...{ closedSubIssues: false, recentComments: false },
      ...{ addBlockedBy: false, react: false, closeIssue: false, findRun: false, run: false, cancelRun: false },
      ...{
        artifact: false,
        commit: false,
        moveBranch: false,
        deleteBranch: false,
        restoreBranch: false,
        closePull: false,
        pull: false,
      },
      ...{ mergeBase: false, conflicts: false, updatePull: false, rerun: false, failureText: false, calls: false },
      // A brief has words that were redacted when they came in, and the issue, which its readers see anyhow.
      dispatch: false,
      ...{ upsertComment: true, addSubIssue: true, openPull: true, editPull: true, writeCommit: true, mergePull: true },
    };
    const wrapped = Object.keys(withoutSecrets({} as GitHub, scanner));
    const carrying = Object.entries(words).flatMap(([name, carries]) => (carries ? name : []));
    expect(wrapped.sort()).toEqual(carrying.sort());
  });

  it("without secrets are the same value", async () => {
    const value = { a: ["plain", { b: null, c: 7 }], d: "" };
    expect(await redacted(scanner, value)).toBe(value);
  });
});
