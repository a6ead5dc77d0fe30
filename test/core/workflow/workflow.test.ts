import { describe, expect, it } from "vitest";
import { readWorkflow } from "../../../src/config/workflow-file.ts";
import type { NeededJob, Producer } from "../../../src/core/github.ts";
import type { Workflow } from "../../../src/core/preflight/index.ts";
import { jobsNamed } from "../../../src/core/workflow/names.ts";
import { neededJobs } from "../../../src/core/workflow/needs.ts";
import { deriveProducer } from "../../../src/core/workflow/producers.ts";

function workflow(text: string): Workflow {
  const read = readWorkflow(".github/workflows/ci.yml", text);
  if (!read.ok) throw new Error("not a workflow");
  return read.workflow;
}

const file = workflow(`
on: pull_request
jobs:
  lint: { runs-on: x, steps: [] }
  build: { runs-on: x, needs: lint, steps: [] }
  matrix:
    name: test \${{ matrix.os }}
    needs: [build]
    strategy: { matrix: { os: [a, b] } }
    runs-on: x
  shards: { strategy: { matrix: { shard: [1, 2] } }, runs-on: x }
  any: { name: "\${{ matrix.name }}", strategy: { matrix: { name: [q] } }, runs-on: x }
  called: { needs: shards, uses: ./.github/workflows/called.yml }
  passed: { name: Passed, needs: [matrix], runs-on: x }
`);

describe("the names of jobs", () => {
  it.each([
    ["lint", ["lint"]],
    ["test a", ["matrix", "any"]],
    ["test ${{ matrix.os }}", ["matrix"]],
    ["shards (1)", ["shards", "any"]],
    ["shards", ["shards"]],
    ["called / inner", ["any", "called"]],
    ["Passed", ["passed"]],
    ["passed", ["any"]],
  ])("A check named %s may come from the jobs %j", (name, ids) => {
    expect(jobsNamed(file.jobs, name).map(({ id }) => id)).toEqual(ids);
  });
});

describe("names as strangers write them", () => {
  const matrix = "strategy: { matrix: { os: [linux, mac], py: ['3.9', 3.14t] } }, runs-on: x";
  const found = workflow(`
on: pull_request
jobs:
  wheels: { name: "📦 Wheels\${{ '' }}", ${matrix} }
  tests: { name: "\${{ matrix.name || format('{0} {1}', matrix.os, matrix.py) }}", ${matrix} }
  platforms: { name: "Test on \${{ matrix.os }} (\${{ matrix.py }}) \${{ matrix.extra && '+' }}", ${matrix} }
  label: { name: "build&test: node-\${{ matrix.py }}, \${{ matrix.os }}", ${matrix} }
  year: { name: 2026, runs-on: x }
  yes: { name: true, runs-on: x }
  dynamic: { strategy: "\${{ fromJSON(needs.setup.outputs.matrix) }}", runs-on: x }
  gate: { name: Required checks pass, if: always(), needs: [wheels, tests], runs-on: x }
`);
  it.each([
    ["📦 Wheels", "wheels"],
    ["linux 3.9", "tests"],
    ["Test on mac (3.14t) ", "platforms"],
    ["Test on mac (3.14t) +", "platforms"],
    ["build&test: node-3.9, linux", "label"],
    ["2026", "year"],
    ["true", "yes"],
    ["dynamic (a, b)", "dynamic"],
    ["Required checks pass", "gate"],
  ])("A check named %j comes from the job %s", (name, id) => {
    expect(jobsNamed(found.jobs, name).map((job) => job.id)).toContain(id);
  });
});

describe("the jobs that a skipped job needs", () => {
  function needs(skipped: string, others: string[], of: Workflow | null = file): string[] {
    const jobs = [skipped, ...others].map((name, id): NeededJob => ({ name, conclusion: "failure", id }));
    const [own] = jobs;
    return own === undefined ? [] : neededJobs(of, own, jobs).map(({ name }) => name);
  }
  const certain = { ...file, jobs: file.jobs.filter(({ id }) => id !== "any") };

  it("A skipped job needs the jobs that its needed jobs need", () => {
    expect(needs("Passed", ["lint", "build", "test a", "shards (1)"], certain)).toEqual(["lint", "build", "test a"]);
  });

  it("A skipped matrix job is found under its unexpanded name", () => {
    expect(needs("test ${{ matrix.os }}", ["lint", "build", "shards (1)"], certain)).toEqual(["lint", "build"]);
  });

  it("A job that no job of the file makes counts as needed", () => {
    expect(needs("build", ["lint", "stranger"], certain)).toEqual(["lint", "stranger"]);
  });

  it("A job of a called workflow needs what its caller needs and the other jobs of the call", () => {
    expect(needs("called / b", ["called / a", "shards (1)", "lint"], certain)).toEqual(["called / a", "shards (1)"]);
  });

  it("A skipped job of an unknown workflow needs all other jobs", () => {
    expect(needs("Passed", ["lint", "x"], null)).toEqual(["lint", "x"]);
  });

  it("Jobs that did not pass are kept when there are too many", () => {
    const jobs = Array.from({ length: 200 }, (_, id): NeededJob => ({ name: `j${id}`, conclusion: "success", id }));
    const red: NeededJob = { name: "red", conclusion: "failure", id: 500 };
    const own: NeededJob = { name: "own", conclusion: "skipped", id: 501 };
    expect(neededJobs(null, own, [...jobs, red, own])[0]).toEqual(red);
  });
});

describe("the producer of a required check", () => {
  const job: Producer = { kind: "job", workflow: "old.yml", event: "push", run: 1, needs: [] };
  const app = (appId: number): Producer => ({ kind: "app", appId });
  const status = (creator: string): Producer => ({ kind: "status", creator });
  const derive = (check: string, history: Producer[] = [], configured: Record<string, number | string> = {}) =>
    deriveProducer(check, { configured, workflows: [file], history });

  it.each([
    [
      "is a job where a workflow file of the base has that job",
      derive("lint", [status("ci")]),
      { kind: "job", workflows: [file.path] },
    ],
    ["is the App that made it before", derive("scan", [app(9), app(9)]), { kind: "app", appId: 9 }],
    ["is the creator of its last status", derive("jenkins", [status("ci")]), { kind: "status", creator: "ci" }],
    [
      "is a job that made it before, whatever else did",
      derive("gone", [status("ci"), job]),
      { kind: "job", workflows: null },
    ],
    ["is unknown without evidence", derive("scan"), { kind: "unknown" }],
    ["is unknown when two Apps made it", derive("scan", [app(9), app(8)]), { kind: "unknown" }],
    ["is never the token of a job", derive("scan", [app(15_368)]), { kind: "unknown" }],
    ["is never the bot of a job's token", derive("scan", [status("github-actions[bot]")]), { kind: "unknown" }],
    ["is the App that the config names", derive("lint", [job], { lint: 9 }), { kind: "app", appId: 9 }],
    ["is the creator that the config names", derive("x", [app(1)], { x: "ci" }), { kind: "status", creator: "ci" }],
    [
      "is a job where the config names GitHub Actions",
      derive("x", [], { x: 15_368 }),
      { kind: "job", workflows: null },
    ],
    ["is no job only because a matrix could have any name", derive("free", [app(9)]), { kind: "app", appId: 9 }],
    ["is read from the config's own keys only", derive("constructor", [app(9)]), { kind: "app", appId: 9 }],
  ])("The producer %s", (_, derived, expected) => {
    expect(derived).toEqual(expected);
  });
});
