import { describe, expect, it } from "vitest";
import { readWorkflow } from "../../src/config/workflow-file.ts";

function read(text: string) {
  const reading = readWorkflow("ci.yml", text);
  if (!reading.ok) throw new Error(reading.fault.kind);
  return reading.workflow;
}

const jobs = (text: string) => `on: push\njobs:\n${text.replace(/^/gm, "  ")}\n`;

describe("what starts a workflow", () => {
  const unfiltered = { branches: null, branchesIgnore: null, paths: false };

  it.each([
    ["on: push", { push: unfiltered, pullRequest: null }],
    ["on: [push, pull_request]", { push: unfiltered, pullRequest: { ...unfiltered, types: null } }],
    ["on:\n  pull_request:\n", { push: null, pullRequest: { ...unfiltered, types: null } }],
    [
      "on:\n  pull_request:\n    types: opened\n    paths: ['src/**']",
      { pullRequest: { ...unfiltered, paths: true, types: ["opened"] } },
    ],
    ["on:\n  push:\n    branches: [main, 1.0]", { push: { ...unfiltered, branches: ["main", "1"] } }],
    ["on:\n  push:\n    branches-ignore: [x]", { push: { ...unfiltered, branchesIgnore: ["x"] } }],
    ["on:\n  push:\n    tags: ['v*']", { push: { ...unfiltered, branches: [] } }],
    ["on: pull_request_target", { pullRequestTarget: unfiltered, pullRequest: null }],
    ["on: schedule", { push: null, pullRequest: null, pullRequestTarget: null }],
  ])("%j", (on, expected) => {
    expect(read(`${on}\njobs: {}\n`)).toMatchObject(expected);
  });
});

describe("what a job's checks are called", () => {
  it.each([
    ["unit: {}", ["unit"]],
    ["unit:\n  name: All tests", ["All tests"]],
    ["unit:\n  strategy:\n    matrix: { node: [20, 24] }", ["unit", " (", null, ")"]],
    [
      "unit:\n  name: node ${{ matrix.node }} tests\n  strategy:\n    matrix: { node: [20] }",
      ["node ", null, " tests"],
    ],
    ["call:\n  uses: ./.github/workflows/inner.yml", ["call", " / ", null]],
  ])("%j", (text, expected) => {
    expect(read(jobs(text)).jobs.map((job) => job.checkName)).toEqual([expected]);
  });
});

describe("what a job is given", () => {
  it.each<[string, object]>([
    [
      "a:\n  steps:\n    - run: echo ${{ secrets.NPM_TOKEN }} ${{ secrets['other'] }} ${{ secrets.GITHUB_TOKEN }}",
      { secrets: ["NPM_TOKEN", "OTHER"] },
    ],
    ["a:\n  env: { ALL: '${{ toJSON(secrets) }}' }", { secrets: ["*"] }],
    ["a:\n  uses: ./x.yml\n  secrets: inherit", { secrets: ["*"] }],
    ["a:\n  steps:\n    - run: echo secrets.PLAIN_TEXT", { secrets: [] }],
    ["a:\n  runs-on: [self-hosted, linux]", { selfHosted: true }],
    ["a:\n  runs-on: ubuntu-latest", { selfHosted: false }],
    ["a:\n  permissions: { contents: write, issues: read }", { writes: ["contents"] }],
    ["a:\n  permissions: write-all", { writes: ["*"] }],
    ["a:\n  permissions: {}", { writes: [] }],
    ["a: {}", { writes: null }],
    [
      "a:\n  steps:\n    - uses: actions/checkout@v7\n      with: { ref: '${{ github.event.pull_request.head.sha }}' }",
      { checksOutHead: true },
    ],
  ])("%j", (text, expected) => {
    expect(read(jobs(text)).jobs).toMatchObject([expected]);
  });

  it("is also what the whole workflow has in its environment", () => {
    const { jobs: found } = read("on: push\nenv: { TOKEN: '${{ secrets.NPM }}' }\njobs:\n  a: {}\n  b: {}\n");
    expect(found.map((job) => job.secrets)).toEqual([["NPM"], ["NPM"]]);
  });

  it("is found in expressions with braces of their own", () => {
    const { jobs: found } = read(
      jobs(
        "a:\n  name: \"${{ format('{0}', matrix.os) }} tests\"\n  env: { X: \"${{ format('{0}', secrets.NPM) }}\" }",
      ),
    );
    expect(found).toMatchObject([{ secrets: ["NPM"], checkName: [null, " tests"] }]);
  });

  it("is searched for in time that grows linearly with the file", () => {
    const before = performance.now();
    const many = "${{".repeat(60_000);
    expect(read(jobs(`a:\n  name: "${many}"\n  env: { X: "${many}" }`)).jobs).toMatchObject([{ secrets: [] }]);
    expect(performance.now() - before).toBeLessThan(2_000);
  });

  it("is the workflow's where the job has none of its own", () => {
    const { jobs: found } = read("on: push\npermissions: write-all\njobs:\n  a: {}\n  b: { permissions: read-all }\n");
    expect(found.map((job) => job.writes)).toEqual([["*"], []]);
  });
});

describe("what a job runs", () => {
  it("is its steps' text, each in the folder of the step, the job or the workflow", () => {
    const steps = "steps: [{ run: a, working-directory: }, { run: b, working-directory: ./own/ }]";
    const { jobs: found } = read(
      `on: push\ndefaults: { run: { working-directory: all } }\njobs:\n  x: { ${steps} }\n  y: { defaults: { run: { working-directory: of/job } }, ${steps} }\n`,
    );
    expect(found.map(({ commands }) => commands.map(({ text, folder }) => `${text} in ${folder}`))).toEqual([
      ["a in all", "b in own"],
      ["a in of/job", "b in own"],
    ]);
  });

  it("is what an action is given to run, and which actions and workflows of the repository it uses", () => {
    const { jobs: found } = read(
      jobs(
        "x: { steps: [{ uses: actions/github-script@v8, with: { script: 'require(\"./a\")', token: b } }, { uses: ./tools/setup/ }] }\ny: { uses: ./.github/workflows/called.yml }\nz: { uses: acme/all/.github/workflows/called.yml@main, steps: [7, { run: 7 }] }",
      ),
    );
    expect(found).toMatchObject([
      { commands: [{ text: 'require("./a")', folder: "" }], uses: ["tools/setup"] },
      { commands: [], uses: [".github/workflows/called.yml"] },
      { commands: [{ text: "7", folder: "" }], uses: [] },
    ]);
  });
});

it.each([
  ["on: [push\njobs: {}", { line: expect.any(Number), fault: { kind: "not-yaml", quoted: expect.any(String) } }],
  ["on: push\non: push", { line: 2, fault: { kind: "duplicate-key", key: "on" } }],
  ["just words", { line: null, fault: { kind: "not-a-workflow" } }],
  ["on: push\njobs: none", { line: null, fault: { kind: "not-a-workflow" } }],
  ["", { line: null, fault: { kind: "not-a-workflow" } }],
])("%j cannot be read, and the result names the reason", (text, why) => {
  expect(readWorkflow("ci.yml", text)).toEqual({ ok: false, ...why });
});
