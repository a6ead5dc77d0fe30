/** Which checks a pull request would get, and which of them judge nothing. */
import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type Lack, lackText } from "../src/actions/execute/lack.ts";
import type { Unless } from "../src/actions/trigger/unless.ts";
import { type Fixture, startFixture } from "./actions-fixture.ts";

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.close());

type Reasons = Record<string, Unless | null>;

/** By name: null, or the reason why it is not to be waited for. */
async function foresee(jobs: string, more: Record<string, string> = {}): Promise<Reasons> {
  return foreseeFiles({ ci: `name: CI\non: pull_request\njobs:\n${jobs}`, ...more });
}

/** Each set of files gets a base of its own, so that no push starts a run. */
async function foreseeFiles(files: Record<string, string>): Promise<Reasons> {
  bases += 1;
  const base = `base-${bases}`;
  await fixture.commit(files, base);
  const repository = fixture.context.store.table("repositories").get(fixture.repository.id) ?? fixture.repository;
  const found = await fixture.actions.foresee(repository, { base, head: "work/1" });
  return Object.fromEntries(found.map(({ name, unless }) => [name, unless]));
}
let bases = 0;

/** The lines of jobs with these names. */
function named(jobs: readonly (readonly string[])[]): string {
  return jobs
    .map(([name = "", keys = ""], index) => `  j${index}: { name: ${JSON.stringify(name)}, ${keys} }\n`)
    .join("");
}

const on = "runs-on: ubuntu-latest";
const steps = `${on}, steps: [{ uses: actions/checkout@v6 }, { run: npm test }]`;
const prints = `${on}, steps: [{ run: echo passed }]`;
const missing = "acme/setup-tool@v1";
const beyond = `${on}, steps: [{ uses: ${missing} }]`;
const without = (lack: Lack) => ({ kind: "cannot-run" as const, why: lackText(lack) });
const cannotRun = without({ kind: "action", uses: missing });
const needs = (job: string): Unless => ({ ...cannotRun, kind: "needs", job });
const skipped: Unless = { kind: "always-skipped" };
const inert: Unless = { kind: "inert", how: "prints" };

describe("the checks that a pull request would get", () => {
  it("A job that needs a job that cannot run here judges nothing, whatever its condition", async () => {
    const conditions = ["success()", "!failure() && !cancelled()", "always()", "needs.test.result != 'x'"];
    const sums = conditions.map((condition) => [`sum: ${condition}`, `needs: test, if: "${condition}", ${steps}`]);
    const found = await foresee(`  test: { ${beyond} }\n${named(sums)}`);
    expect(found).toEqual({ test: cannotRun, ...Object.fromEntries(sums.map(([name]) => [name, needs("test")])) });
  });

  it("A job that needs one that cannot run here through others judges nothing, and the rest still does", async () => {
    const found = await foresee(
      `  test: { ${beyond} }\n  lint: { ${steps} }\n  pack: { needs: test, ${steps} }\n  sum: { needs: [lint, pack], if: always(), ${steps} }\n`,
    );
    expect(found).toEqual({ test: cannotRun, lint: null, pack: needs("test"), sum: needs("test") });
  });

  it("A job for another system, or with containers, cannot run here", async () => {
    const cases = [
      ["runs-on: windows-latest", { kind: "runner", label: "windows-latest" }],
      ["runs-on: ubuntu-latest, container: 'node:24'", { kind: "key", key: "container" }],
      ["runs-on: ubuntu-latest, services: { db: { image: 'postgres:17' } }", { kind: "key", key: "services" }],
    ] as const;
    const jobs = cases.map(([keys]) => [keys, `${keys}, steps: [{ uses: actions/checkout@v6 }, { run: npm test }]`]);
    const found = await foresee(named(jobs));
    expect(found).toEqual(Object.fromEntries(cases.map(([keys, lack]) => [keys, without(lack)])));
  });

  it("A job whose commands need Docker cannot run on a machine without it", async () => {
    vi.stubEnv("DOCKER_HOST", undefined);
    const isGone = !existsSync("/var/run/docker.sock");
    const step = (command: string) => `${on}, steps: [{ uses: actions/checkout@v6 }, { run: ${command} }]`;
    const jobs = `  image: { ${step("docker build --file Dockerfile .")} }\n  asks: { ${step("which docker && npm test")} }\n`;
    const docker = without({ kind: "program", program: "docker" });
    expect(await foresee(jobs)).toEqual({ image: isGone ? docker : null, asks: null });
    vi.stubEnv("DOCKER_HOST", "unix:///nowhere");
    expect(await foresee(jobs)).toEqual({ image: null, asks: null });
    vi.unstubAllEnvs();
  });

  it("A job is judged through the composite actions of its repository, and not by steps that a pull never runs", async () => {
    const action = (lines: string) => `name: Setup\ndescription: Setup\nruns:\n${lines}`;
    const found = await foresee(
      `  deep: { ${on}, steps: [{ uses: ./.github/actions/outer }, { run: npm test }] }\n  image: { ${on}, steps: [{ uses: ./.github/actions/image }] }\n  pushed: { ${on}, steps: [{ uses: actions/checkout@v6 }, { run: npm test }, { if: "github.event_name == 'push'", uses: ${missing} }] }\n  later: { ${on}, steps: [{ uses: actions/checkout@v6 }, { run: npm test }, { if: failure(), uses: ${missing} }] }\n  asked: { ${on}, steps: [{ uses: actions/checkout@v6 }, { if: "steps.a.outputs.b == 'c'", uses: ${missing} }] }\n`,
      {
        ".github/actions/outer/action.yml": action(
          "  using: composite\n  steps: [{ uses: ./.github/actions/inner }]\n",
        ),
        ".github/actions/inner/action.yaml": action(`  using: composite\n  steps: [{ uses: ${missing} }]\n`),
        ".github/actions/image/action.yml": action("  using: docker\n  image: Dockerfile\n"),
      },
    );
    const image = without({ kind: "action-kind", uses: "./.github/actions/image", using: "docker" });
    expect(found).toEqual({
      deep: cannotRun,
      image,
      pushed: null,
      later: null,
      asked: cannotRun,
    });
  });

  it("A condition is foreseen by what every pull request has", async () => {
    const cases = [
      ["github.event_name == 'push' && github.actor == 'ann'", skipped],
      ["github.ref == 'refs/heads/main'", skipped],
      ["startsWith(github.ref, 'refs/tags/')", skipped],
      ["github.repository == 'elsewhere/app'", skipped],
      ["false", skipped],
      ["github.event.pull_request.draft", skipped],
      ["github.event_name == 'pull_request'", null],
      ["github.event.pull_request.head.repo.full_name == github.repository", null],
      ["!contains(github.event.head_commit.message, 'skip')", null],
      ["github.actor == 'ann' || github.event_name == 'pull_request'", null],
      ["github.head_ref != 'x'", null],
    ] as const;
    const found = await foresee(named(cases.map(([condition]) => [condition, `if: "${condition}", ${steps}`])));
    expect(found).toEqual(Object.fromEntries(cases));
  });

  it("A job that needs an always skipped one is skipped with it, and a summary over it is not", async () => {
    const found = await foresee(
      `  release: { if: "github.event_name == 'push'", ${beyond} }\n  notes: { needs: release, ${steps} }\n  sum: { needs: release, if: "!contains(needs.*.result, 'failure') && !cancelled()", ${steps} }\n`,
    );
    expect(found).toEqual({ release: skipped, notes: skipped, sum: null });
  });

  it("A job that may fail is not waited for, and takes nothing from those that need it", async () => {
    const matrix = "strategy: { fail-fast: false, matrix: { new: [false, true] } }";
    const found = await foresee(
      `  test: { ${matrix}, continue-on-error: "\${{ matrix.new }}", ${steps} }\n  tool: { continue-on-error: true, ${beyond} }\n  sum: { needs: [test, tool], ${steps} }\n`,
    );
    expect(found).toEqual({ "test (false)": null, "test (true)": { kind: "may-fail" }, tool: cannotRun, sum: null });
  });

  it("Each combination of a matrix is foreseen by itself, with what it includes and excludes", async () => {
    const matrix =
      "strategy: { matrix: { os: [ubuntu-latest, macos-latest], v: [1, 2], exclude: [{ os: macos-latest, v: 1 }], include: [{ os: ubuntu-latest, v: 3 }] } }";
    const found = await foresee(
      `  test: { ${matrix}, runs-on: "\${{ matrix.os }}", steps: [{ uses: actions/checkout@v6 }, { run: npm test }] }\n`,
    );
    expect(found).toEqual({
      "test (ubuntu-latest, 1)": null,
      "test (ubuntu-latest, 2)": null,
      "test (ubuntu-latest, 3)": null,
      "test (macos-latest, 2)": without({ kind: "runner", label: "macos-latest" }),
    });
  });

  it("Jobs of called workflows are foreseen under their caller's name, and a skipped caller is one check", async () => {
    const called = `on: workflow_call\njobs:\n  unit: { strategy: { matrix: { n: [1, 2] } }, ${steps} }\n  tool: { ${beyond} }\n`;
    const found = await foresee(
      `  call: { name: Call, uses: ./.github/workflows/called.yml }\n  off: { if: "github.event_name == 'push'", uses: ./.github/workflows/called.yml }\n  sum: { needs: call, if: always(), ${steps} }\n`,
      { called },
    );
    expect(found).toEqual({
      "Call / unit (1)": null,
      "Call / unit (2)": null,
      "Call / tool": cannotRun,
      off: skipped,
      sum: needs("call"),
    });
  });

  it("A call of a workflow that is not here cannot run, and the other jobs of the file can", async () => {
    const uses = "acme/ci/.github/workflows/lint.yml@v1";
    const found = await foresee(`  lint: { uses: ${uses} }\n  test: { ${steps} }\n  sum: { needs: lint, ${steps} }\n`);
    const gone = without({ kind: "workflow", uses });
    expect(found).toEqual({ lint: gone, test: null, sum: { ...gone, kind: "needs", job: "lint" } });
  });

  it("A matrix from a literal list is foreseen, and one from another job's output is not waited for", async () => {
    const list = `strategy: { matrix: { n: "\${{ fromJSON('[1, 2]') }}" } }`;
    const made = `needs: list, strategy: { matrix: { n: "\${{ fromJSON(needs.list.outputs.all) }}" } }`;
    const found = await foresee(
      `  known: { ${list}, ${steps} }\n  list: { ${steps} }\n  made: { ${made}, concurrency: one, ${steps} }\n  sum: { needs: made, if: always(), ${steps} }\n`,
    );
    expect(found).toEqual({
      ...{ "known (1)": null, "known (2)": null, list: null, sum: null },
      made: { kind: "name-depends-on-run" },
    });
  });

  it("A name that only the run fills in is not waited for", async () => {
    const found = await foresee(
      `  one: { name: "on \${{ github.head_ref }}", ${steps} }\n  two: { name: "into \${{ github.base_ref }}", ${steps} }\n`,
    );
    expect(found).toEqual({ one: { kind: "name-depends-on-run" }, [`into base-${bases}`]: null });
  });
});

describe("a job that passes whatever the change is", () => {
  it("is one whose steps only print", async () => {
    const cases = [
      ["echo passed", inert],
      ["set -e\necho ${{ github.sha }} >> $GITHUB_OUTPUT\nexit 0", inert],
      ["npm test || true", inert],
      ['npm test || echo "some tests failed"', inert],
      ["set +e\nnpm test\necho done", inert],
      ["npm ci\nset +e\nnpm test\necho done", null],
      ["set +e\nnpm test\nexit $?", null],
      ["set +e\nnpm ci\nset -e\nnpm test\necho done", null],
      ["npm ci\nnpm test || exit 1", null],
      ["echo $(npm test)", null],
      ["echo passed && npm test", null],
      ["exit 1", null],
      ['test "${{ github.sha }}" != ""', null],
    ] as const;
    const jobs = cases.map(([run], index) => {
      const script = JSON.stringify(run);
      return [`run ${index}`, `${on}, steps: [{ uses: actions/checkout@v6 }, { run: ${script} }]`];
    });
    const found = await foresee(named(jobs));
    expect(Object.values(found)).toEqual(cases.map(([, expected]) => expected));
  });

  it("is one whose steps may all fail", async () => {
    const step = (command: string, more = "") => `{ run: ${command} ${more} }`;
    const begin = `${on}, steps: [{ uses: actions/checkout@v6 }`;
    const found = await foresee(
      `  soft: { ${begin}, ${step("npm test", ", continue-on-error: true")}] }\n  hard: { ${begin}, ${step("npm ci", ", continue-on-error: true")}, ${step("npm test")}] }\n`,
    );
    expect(found).toEqual({ soft: inert, hard: null });
  });

  it("is one that neither checks out the code nor needs a job that judges", async () => {
    const compares = 'steps: [{ run: "test \\"${{ needs.test.result }}\\" = success" }]';
    const found = await foresee(
      `  test: { ${steps} }\n  idle: { ${on}, steps: [{ run: sleep 4; npm --version }] }\n  clones: { ${on}, steps: [{ run: gh pr checkout 1; npm test }] }\n  sum: { needs: test, if: always(), ${on}, ${compares} }\n  over: { needs: idle, if: always(), ${on}, ${compares} }\n`,
    );
    const blind: Unless = { kind: "inert", how: "no-code" };
    expect(found).toEqual({ test: null, idle: blind, clones: null, sum: null, over: blind });
  });

  it("is none that sums up with re-actors/alls-green, and is one that only sets up tools", async () => {
    const all = 'steps: [{ uses: re-actors/alls-green@release/v1, with: { jobs: "${{ toJSON(needs) }}" } }]';
    const setup = "steps: [{ uses: step-security/harden-runner@v2 }, { uses: pnpm/action-setup@v4 }, { run: pnpm -v }]";
    const found = await foresee(
      `  test: { ${steps} }\n  all: { needs: test, if: always(), ${on}, ${all} }\n  setup: { ${on}, ${setup} }\n`,
    );
    expect(found).toEqual({ test: null, all: null, setup: { kind: "inert", how: "no-code" } });
  });

  it("is a summary that only prints, unless a failure of what it needs skips it", async () => {
    const cases = [
      ["success()", null],
      ["!failure() && !cancelled()", null],
      ["needs.test.result == 'success'", null],
      ["always()", inert],
      ["!cancelled()", inert],
    ] as const;
    const sums = cases.map(([condition]) => [condition, `needs: test, if: "${condition}", ${prints}`]);
    const found = await foresee(`  test: { ${steps} }\n${named(sums)}`);
    expect(found).toEqual({ test: null, ...Object.fromEntries(cases) });
  });
});

describe("a workflow's events", () => {
  it("decide which heads of a pull it judges", async () => {
    const cases = [
      ["[push]", null],
      ["{ push: { branches: [main] } }", undefined],
      ["{ push: { tags: ['v*'] } }", undefined],
      ["{ push: { branches: ['work/**'], paths: [src] } }", { kind: "path-filter" }],
      ["{ pull_request: { types: [opened] } }", { kind: "first-head-only" }],
      ["{ pull_request: { paths-ignore: ['*.md'] } }", { kind: "path-filter" }],
      ["{ pull_request: { branches: [release] } }", undefined],
      ["workflow_dispatch", undefined],
      ["{ schedule: [{ cron: '0 4 * * 1' }] }", undefined],
      ["{ pull_request: { branches: ['base-*'] }, schedule: [{ cron: '0 4 * * 1' }] }", null],
    ] as const;
    const files = cases.map(([events], index) => {
      const text = `on: ${events}\njobs:\n${named([[events, steps]])}`;
      return [`.github/workflows/w${index}.yml`, text];
    });
    const found = await foreseeFiles(Object.fromEntries(files));
    expect(found).toEqual(Object.fromEntries(cases.filter(([, expected]) => expected !== undefined)));
  });

  it("A repository that ignores filters on paths has every pull judged, by the forecast and by its runs", async () => {
    const table = fixture.context.store.table("repositories");
    table.put({ ...(table.get(fixture.repository.id) ?? fixture.repository), ignoresPathFilters: true });
    const filtered = `on: { pull_request: { paths: [nowhere] } }\njobs:\n  one: { ${on}, steps: [{ uses: actions/checkout@v6 }, { run: ls }] }\n`;
    expect(await foreseeFiles({ filtered })).toEqual({ one: null });
    const base = `base-${bases}`;
    await fixture.commit({ "a.txt": "a" }, "work/1", base);
    await fixture.octokit.rest.pulls.create({ ...fixture.at, title: "A", head: "work/1", base });
    await fixture.settle();
    expect(fixture.runsOf("filtered").map(({ conclusion }) => conclusion)).toEqual(["success"]);
  });
});
