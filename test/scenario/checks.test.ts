/** What counts as a passed check: on the real App and the real sandbox, with jobs that forge, skip and share names. */
import { describe, expect, it } from "vitest";
import { failureOf, type Task } from "../../src/core/feature/task.ts";
import { defaultPolicy } from "../../src/core/policy.ts";
import { causeText } from "../../src/messages/explain/cause.ts";
import { AT } from "./world/onlooker.ts";
import { openWorld } from "./world/open.ts";
import type { World } from "./world/world.ts";

const CI = ".github/workflows/ci.yml";
const once = { attempts: { ...defaultPolicy.attempts, max: 1, free: 0 } };

/** A workflow file with these jobs, and `runs-on` and a checkout in each. */
function workflow(on: unknown, jobs: Record<string, { run: string } & Record<string, unknown>>): string {
  const whole = Object.entries(jobs).map(([id, { run, ...keys }]) => {
    const steps = [{ uses: "actions/checkout@v7" }, { run }];
    return [id, { "runs-on": "ubuntu-latest", ...keys, steps }];
  });
  return JSON.stringify({ name: "CI", on, jobs: Object.fromEntries(whole) });
}

/** null: the App has not planned it yet. */
async function taskOf(world: World): Promise<Task | null> {
  const [task] = (await world.stage()) === null ? [] : (await world.feature()).tasks;
  return task ?? null;
}

async function standing(world: World) {
  const task = await taskOf(world);
  return task?.stage === "in-lane" ? task.entry.standing : null;
}

async function nothingLanded(world: World): Promise<void> {
  expect(await world.log()).toEqual(["first"]);
}

describe("a required check that judged nothing", () => {
  it("does not pass when it was skipped because the job that it needs failed, also where that may fail", async () => {
    for (const more of [{}, { "continue-on-error": true, outputs: { ok: "no" } }]) {
      const jobs = {
        build: { run: "bash test.sh", ...more },
        unit: { run: "true", needs: "build", if: "needs.build.outputs.ok != 'no' && success()" },
      };
      const world = await openWorld({
        files: { [CI]: workflow("pull_request", jobs) },
        test: "test ! -e one.txt",
        policy: once,
      });
      await world.label();
      await world.settled();
      expect(await taskOf(world)).toMatchObject({ stage: "parked", failure: { class: "checks-failed" } });
      await nothingLanded(world);
    }
  });

  it("passes when it was skipped by its own condition", async () => {
    const jobs = { build: { run: "true" }, unit: { run: "false", needs: "build", if: "github.actor == 'nobody'" } };
    const world = await openWorld({ files: { [CI]: workflow("pull_request", jobs) } });
    await world.label();
    await world.completed();
    expect(await world.file("one.txt")).toBe("made\n");
  });

  it("does not pass when one of two workflows with a job of its name is red", async () => {
    const world = await openWorld({
      files: {
        [CI]: workflow("pull_request", { unit: { run: "bash test.sh" } }),
        ".github/workflows/other.yml": workflow("pull_request", { unit: { run: "sleep 1" } }),
      },
      test: "test ! -e one.txt",
      policy: once,
    });
    await world.label();
    await world.settled();
    expect(await taskOf(world)).toMatchObject({ stage: "parked", failure: { class: "checks-failed" } });
    await nothingLanded(world);
  });
});

/** Posts a green status and a green check run under a required name, with the job's own token. */
function forging(name: string): string {
  const forge = `
    const call = (path, body) => fetch(process.env.API + "/repos/" + process.env.REPO + path, {
      method: "POST", headers: { authorization: "Bearer " + process.env.TOKEN }, body: JSON.stringify(body),
    }).then(async (answer) => { if (!answer.ok) throw new Error(path + await answer.text()); });
    await call("/statuses/" + process.env.HEAD, { state: "success", context: ${JSON.stringify(name)} });
    await call("/check-runs", { name: ${JSON.stringify(name)}, head_sha: process.env.HEAD, conclusion: "success" });`;
  return `cat > forge.mjs <<'END'\n${forge}\nEND\nnode forge.mjs`;
}

const forger = {
  permissions: { contents: "read", statuses: "write", checks: "write" },
  env: {
    API: "${{ github.api_url }}",
    REPO: "${{ github.repository }}",
    TOKEN: "${{ github.token }}",
    HEAD: "${{ github.event.pull_request.head.sha }}",
  },
};

describe("a check that was forged by a job's own token", () => {
  it("does not count before the real job exists, and is shown", async () => {
    const jobs = { early: { run: forging("unit"), ...forger }, unit: { run: "bash test.sh", needs: "early" } };
    const world = await openWorld({
      files: { [CI]: workflow("pull_request", jobs) },
      test: "gate real; test ! -e one.txt",
      policy: once,
    });
    await world.label();
    // GitHub lists only the latest check run of a name in a suite: the real job hides the forged one.
    await world.until(async () => (await world.status()).includes("commit status unit by github-actions"));
    expect((await standing(world))?.kind).toBe("check");
    await nothingLanded(world);
    await world.open("real");
    await world.settled();
    expect(await taskOf(world)).toMatchObject({ stage: "parked", failure: { class: "checks-failed" } });
    await nothingLanded(world);
  });

  it("does not replace a job that never comes", async () => {
    const world = await openWorld({
      files: { [CI]: workflow("pull_request", { early: { run: forging("unit"), ...forger } }) },
      policy: once,
    });
    await world.label();
    await world.settled();
    await nothingLanded(world);
    world.later(6 * 60_000);
    await world.until(async () => (await taskOf(world))?.stage === "parked");
    const task = await taskOf(world);
    const failure = task === null ? null : failureOf(task);
    expect(failure).toMatchObject({ class: "checks-missing" });
    const text = failure === null ? "" : causeText(failure.cause);
    expect(text).toContain("the commit status unit by github-actions[bot] does not count");
    expect(text).toContain("the check run unit of App 15368 does not count");
    await nothingLanded(world);
  });
});

describe("a base whose own check is red", () => {
  it("costs no agent a try; others pass it, and a green base revives what waits", async () => {
    const on = { push: { branches: ["main"] }, pull_request: {} };
    const world = await openWorld({
      files: { [CI]: workflow(on, { unit: { run: "bash test.sh" } }), "broken.txt": "yes\n" },
      test: "test ! -e broken.txt",
      policy: once,
    });
    const { repos } = world.as("maya").rest;
    // The import was no push, so nothing has judged the base yet.
    await repos.createOrUpdateFileContents({ ...AT, path: "b.txt", message: "Go on", content: "Yg==", branch: "main" });
    await world.gitHubSettled();
    await world.label();
    await world.until(async () => /unit is red on main since [0-9a-f]{7}/.test(await world.status()));
    expect((await standing(world))?.kind).toBe("base-red");
    expect(await world.runs()).toHaveLength(1);

    const { data } = await repos.getContent({ ...AT, path: "broken.txt" });
    if (Array.isArray(data)) return expect.fail();
    await repos.deleteFile({ ...AT, path: "broken.txt", sha: data.sha, message: "Fix it", branch: "main" });
    await world.completed();
    expect(await world.file("one.txt")).toBe("made\n");
    expect(await world.runs()).toHaveLength(1);
  });
});

describe("a workflow that is renamed on the base while a pull waits", () => {
  it("does not block the pull: it is brought up to date and judged by the renamed one", async () => {
    const world = await openWorld({ test: "gate renamed" });
    await world.label();
    await world.until(async () => (await taskOf(world))?.stage === "in-lane");
    const { repos } = world.as("maya").rest;
    const { data } = await repos.getContent({ ...AT, path: CI });
    if (Array.isArray(data) || !("content" in data)) return expect.fail();
    const path = ".github/workflows/renamed.yml";
    const { content, sha } = data;
    await repos.createOrUpdateFileContents({ ...AT, path, message: "Rename CI", content, branch: "main" });
    await repos.deleteFile({ ...AT, path: CI, sha, message: "Remove the old name", branch: "main" });
    await world.open("renamed");
    await world.completed();
    const [merge] = (await world.report()).merges;
    expect(merge?.judgedBy).toMatchObject([{ name: "unit", by: { kind: "job", workflow: path } }]);
    expect(await world.status()).toMatch(/judged by `unit` \(\[run \d+\]\(/);
  });
});

describe("a base that moves while a pull is judged", () => {
  it("is merged into the pull first, and a change that is red only with it does not land", async () => {
    const world = await openWorld({
      test: "gate judged; ! { test -e one.txt && test -e rival.txt; }",
      policy: once,
    });
    await world.label();
    await world.until(async () => (await taskOf(world))?.stage === "in-lane");
    const rival = { ...AT, path: "rival.txt", message: "Add a rival", content: "eA==", branch: "main" };
    await world.as("maya").rest.repos.createOrUpdateFileContents(rival);
    await world.open("judged");
    await world.settled();
    expect(await taskOf(world)).toMatchObject({ stage: "parked", failure: { class: "checks-failed" } });
    expect(await world.log()).toEqual(["Add a rival", "first"]);
  });
});
