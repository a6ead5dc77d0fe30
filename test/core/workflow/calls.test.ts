/** Called workflows: the names of their checks, what they need, and who makes them. */
import { describe, expect, it } from "vitest";
import { readWorkflow } from "../../../src/config/workflow-file.ts";
import type { NeededJob } from "../../../src/core/github.ts";
import type { Workflow } from "../../../src/core/preflight/index.ts";
import { calledPaths, withCalled } from "../../../src/core/workflow/calls.ts";
import { requiredRuns } from "../../../src/core/workflow/commands.ts";
import { jobsNamed } from "../../../src/core/workflow/names.ts";
import { neededJobs } from "../../../src/core/workflow/needs.ts";
import { deriveProducer } from "../../../src/core/workflow/producers.ts";

const AT = ".github/workflows/";

/** Reads files by name; the one named `ci.yml` is returned with what it calls. */
function ci(files: Record<string, string>): Workflow {
  const read = new Map<string, Workflow>();
  for (const [name, text] of Object.entries(files)) {
    const reading = readWorkflow(AT + name, text);
    if (!reading.ok) throw new Error(`${name} is no workflow`);
    read.set(AT + name, reading.workflow);
  }
  const workflow = read.get(`${AT}ci.yml`);
  if (workflow === undefined) throw new Error("there is no ci.yml");
  return withCalled(workflow, (path) => read.get(path) ?? null);
}

const inner = `
on: workflow_call
jobs:
  setup: { runs-on: x }
  unit: { name: Unit, needs: setup, strategy: { matrix: { node: [20, 24] } }, runs-on: x }
  deeper: { needs: unit, uses: ./.github/workflows/deeper.yml }
`;
const deeper = 'on: workflow_call\njobs:\n  e2e: { name: "e2e ${{ inputs.browser }}", runs-on: x }\n';
const caller = `
on: pull_request
jobs:
  lint: { runs-on: x }
  tests: { name: Tests, needs: lint, uses: ./.github/workflows/inner.yml }
  shards: { strategy: { matrix: { os: [a, b] } }, uses: ./.github/workflows/deeper.yml }
  far: { uses: acme/shared/.github/workflows/ci.yml@v1 }
  passed: { needs: [tests], if: always(), runs-on: x }
`;
const workflow = ci({ "ci.yml": caller, "inner.yml": inner, "deeper.yml": deeper });

describe("the names of the checks of called workflows", () => {
  it.each([
    ["Tests / setup", ["tests / setup"]],
    ["Tests / Unit (20)", ["tests / unit"]],
    ["Tests / Unit", ["tests / unit"]],
    ["Tests / deeper / e2e firefox", ["tests / deeper / e2e"]],
    ["Tests / deeper", ["tests / deeper"]],
    ["Tests", ["tests"]],
    ["shards (a) / e2e chrome", ["shards / e2e"]],
    ["shards", ["shards"]],
    ["far / anything", ["far"]],
    ["setup", []],
    ["tests / setup", []],
    ["Tests / unknown", []],
  ])("A check named %s comes from the jobs %j", (name, ids) => {
    expect(jobsNamed(workflow.jobs, name).map(({ id }) => id)).toEqual(ids);
  });

  it("Files that call each other end the reading, and what is not read may have any name", () => {
    const circular = ci({
      "ci.yml": "on: push\njobs:\n  a: { uses: ./.github/workflows/b.yml }\n",
      "b.yml": "on: workflow_call\njobs:\n  b: { uses: ./.github/workflows/c.yml }\n  x: { runs-on: x }\n",
      "c.yml": "on: workflow_call\njobs:\n  c: { uses: ./.github/workflows/b.yml }\n",
    });
    expect(jobsNamed(circular.jobs, "a / x").map(({ id }) => id)).toEqual(["a / x"]);
    expect(jobsNamed(circular.jobs, "a / b / c / x").map(({ id }) => id)).toEqual(["a / b / c"]);
  });

  it("Files that call the next one twice at every level are read in bounded time", () => {
    const files: Record<string, string> = { "ci.yml": twice(0) };
    for (let level = 0; level < 40; level += 1) files[`l${level}.yml`] = twice(level + 1);
    const { jobs } = ci(files);
    expect(jobs.length).toBeLessThan(2_000);
    expect(jobsNamed(jobs, "a / a / b / a / anything").length).toBeGreaterThan(0);
  });

  it("Only files of the same commit are read", () => {
    const jobs = "a: { uses: ./x.yml }\n  b: { uses: acme/app/.github/workflows/y.yml@main }\n  c: { runs-on: x }";
    const reading = readWorkflow("ci.yml", `on: push\njobs:\n  ${jobs}\n`);
    expect(reading.ok && calledPaths(reading.workflow)).toEqual(["x.yml"]);
  });
});

function twice(level: number): string {
  const call = `{ uses: ./.github/workflows/l${level}.yml }`;
  return `on: [push, workflow_call]\njobs:\n  a: ${call}\n  b: ${call}\n`;
}

describe("what a skipped job needs where workflows are called", () => {
  function needs(skipped: string, others: string[]): string[] {
    const jobs = [skipped, ...others].map((name, id): NeededJob => ({ name, conclusion: "failure", id }));
    const [own] = jobs;
    return own === undefined ? [] : neededJobs(workflow, own, jobs).map(({ name }) => name);
  }

  it.each([
    ["Tests / Unit", ["Tests / setup", "lint", "far / a", "passed"], ["Tests / setup", "lint"]],
    ["Tests / setup", ["Tests / Unit (20)", "lint"], ["lint"]],
    ["Tests / deeper / e2e ${{ inputs.browser }}", ["Tests / Unit (20)", "far / a"], ["Tests / Unit (20)"]],
    ["Tests", ["lint", "shards (a) / e2e x"], ["lint"]],
    [
      "passed",
      ["Tests / setup", "Tests / deeper / e2e x", "far / a", "lint"],
      ["Tests / setup", "Tests / deeper / e2e x", "lint"],
    ],
    ["far / b", ["far / a", "lint"], ["far / a"]],
  ])("The job %s among %j needs %j", (skipped, others, expected) => {
    expect(needs(skipped, others)).toEqual(expected);
  });
});

describe("the producer of a check of a called workflow", () => {
  const derive = (check: string, workflows = [workflow]) =>
    deriveProducer(check, { configured: {}, workflows, history: [{ kind: "status", creator: "ci" }] }).kind;

  it.each([
    ["Tests / setup", "job"],
    ["Tests / Unit (20)", "job"],
    ["Tests", "job"],
    ["far / anything", "job"],
    ["setup", "status"],
  ])("The check %s is made by a %s", (check, kind) => {
    expect(derive(check)).toBe(kind);
  });

  it("A job of a workflow that no pull starts makes no check of a pull", () => {
    for (const on of ["schedule: [{ cron: '0 0 * * *' }]", "workflow_call: {}", "release: {}", "workflow_run: {}"]) {
      expect(derive("build", [ci({ "ci.yml": `on: { ${on} }\njobs:\n  build: { runs-on: x }\n` })])).toBe("status");
    }
    for (const on of ["merge_group", "workflow_dispatch", "pull_request_target", "push"]) {
      expect(derive("build", [ci({ "ci.yml": `on: ${on}\njobs:\n  build: { runs-on: x }\n` })])).toBe("job");
    }
  });
});

it("a required check of a called workflow runs the commands of its own job and of those that it needs", () => {
  const step = (run: string) => `runs-on: x, steps: [{ run: ${run} }]`;
  const file = ci({
    "ci.yml": `on: pull_request\njobs:\n  lint: { ${step("lint")} }\n  call: { needs: lint, uses: ./.github/workflows/x.yml }\n`,
    "x.yml": `on: workflow_call\njobs:\n  a: { ${step("a")} }\n  b: { needs: a, ${step("b")} }\n  c: { ${step("c")} }\n`,
  });
  const runs = (name: string) =>
    requiredRuns(
      [file],
      [{ name, appId: null }],
      [{ check: name, producer: { kind: "job", workflows: null } }],
    ).commands.map(({ text }) => text);
  expect(runs("call / b")).toEqual(["lint", "a", "b"]);
  expect(runs("call")).toEqual(["lint", "a", "b", "c"]);
});

it("a called workflow's runners and permissions count as its caller's, and its secrets only as handed on", () => {
  const { jobs } = ci({
    "ci.yml":
      'on: pull_request\npermissions: { contents: write }\njobs:\n  call: { uses: ./.github/workflows/x.yml, secrets: { KEY: "${{ secrets.DEPLOY }}" } }\n',
    "x.yml":
      'on: workflow_call\njobs:\n  a: { runs-on: [self-hosted], env: { K: "${{ secrets.KEY }}" } }\n  b: { permissions: {}, runs-on: x }\n',
  });
  expect(jobs).toMatchObject([
    { id: "call", secrets: ["DEPLOY"], writes: [], runner: { kind: "hosted" } },
    { id: "call / a", secrets: [], writes: ["contents"], runner: { kind: "self-hosted" } },
    { id: "call / b", secrets: [], writes: [], runner: { kind: "unknown" } },
  ]);
});
