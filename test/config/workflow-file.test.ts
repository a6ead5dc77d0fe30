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

describe("the names that a matrix gives to a job's checks", () => {
  it.each([
    ["m: [20, 24]", undefined, ["unit (20)", "unit (24)"]],
    ["m: [1], n: [a, b], exclude: [{ m: 1, n: a }]", undefined, ["unit (1, b)"]],
    ["m: [1, 2], include: [{ m: 2, x: y }, { m: 3 }]", undefined, ["unit (1)", "unit (2, y)", "unit (3)"]],
    ["include: [{ os: a, v: 1 }, { os: b }]", undefined, ["unit (a, 1)", "unit (b)"]],
    ["m: [{ os: a, v: 1 }]", undefined, ["unit (a, 1)"]],
    ["m: [20, 24]", "on ${{ matrix.m }}", ["on 20", "on 24"]],
    ["m: [20]", "on ${{ matrix.other }}", null],
    ["m: [20]", "on ${{ vars.X }}", null],
    ["m: ['${{ vars.X }}']", undefined, null],
    ["m: '${{ fromJSON(vars.X) }}'", undefined, null],
  ])("{ %s } and the name %s: %j", (matrix, name, names) => {
    const named = name === undefined ? "" : `, name: "${name}"`;
    expect(read(jobs(`unit: { strategy: { matrix: { ${matrix} } }${named} }`)).jobs).toMatchObject([{ names }]);
  });

  it("are not known where the matrix is larger than GitHub allows", () => {
    const hundred = JSON.stringify(Array.from({ length: 100 }, (_, at) => at));
    const matrix = `{ a: ${hundred}, b: ${hundred} }`;
    expect(read(jobs(`unit: { strategy: { matrix: ${matrix} } }`)).jobs).toMatchObject([{ names: null }]);
  });
});

it("a job's concurrency groups are the workflow's and its own", () => {
  const { jobs: found } = read(
    "on: push\nconcurrency: all\njobs:\n  a: { concurrency: { group: '${{ github.ref }}', cancel-in-progress: true } }\n  b: {}\n",
  );
  expect(found.map(({ groups }) => groups)).toEqual([["all", "${{ github.ref }}"], ["all"]]);
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
    ["a: { environment: prod }", { environment: "prod" }],
    ["a: { environment: { name: '${{ inputs.to }}', url: x } }", { environment: "${{ inputs.to }}" }],
    ["a: { environment: { url: x } }", { environment: "*" }],
    ["a:\n  permissions: { contents: write, issues: read }", { writes: ["contents"] }],
    ["a:\n  permissions: write-all", { writes: ["*"] }],
    ["a:\n  permissions: {}", { writes: [] }],
    ["a: {}", { writes: null }],
    [
      "a:\n  steps:\n    - uses: actions/checkout@v7\n      with: { ref: '${{ github.event.pull_request.head.sha }}' }",
      { takesHead: "yes" },
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

describe("the secrets that an expression reads", () => {
  it.each([
    ["secrets.A", ["A"]],
    ["secrets['b-c']", ["B-C"]],
    ["secrets.GITHUB_TOKEN || secrets['github_token']", []],
    ["secrets[matrix.name]", ["*"]],
    ["secrets[format('{0}_KEY', inputs.to)]", ["*"]],
    ["secrets[secrets.NAME]", ["*", "NAME"]],
    ["toJson( Secrets )", ["*"]],
    ["contains(secrets.*, 'x')", ["*"]],
    ["github.event.secrets.A", []],
    ["'secrets.A'", []],
    ["inputs.x && secrets.A || format('{0}', secrets.B)", ["A", "B"]],
    ["unheardOf(secrets.A)", ["*"]],
  ])("%s are %j", (expression, secrets) => {
    const { jobs: found } = read(jobs(`a:\n  env: { X: ${JSON.stringify(`\${{ ${expression} }}`)} }`));
    expect(found).toMatchObject([{ secrets }]);
  });
});

describe("the runner of a job", () => {
  it.each([
    ["runs-on: ubuntu-24.04-arm", "hosted"],
    ["runs-on: [windows-2025]", "hosted"],
    ["runs-on: [self-hosted, linux]", "self-hosted"],
    ["runs-on: [Self-Hosted, '${{ inputs.x }}']", "self-hosted"],
    ["runs-on: gpu", "unknown"],
    ["runs-on: [ubuntu-latest, gpu]", "unknown"],
    ["runs-on: { group: big, labels: ubuntu-latest }", "unknown"],
    ["runs-on: { labels: [self-hosted] }", "self-hosted"],
    ["runs-on: '${{ matrix.os }}-latest', strategy: { matrix: { os: [ubuntu, windows] } }", "hosted"],
    [
      "runs-on: '${{ matrix.os }}', strategy: { matrix: { os: [ubuntu-latest], include: [{ os: self-hosted }] } }",
      "self-hosted",
    ],
    ["runs-on: '${{ matrix.on.label }}', strategy: { matrix: { on: [{ label: [self-hosted, x] }] } }", "self-hosted"],
    ["runs-on: '${{ matrix.on.label }}', strategy: { matrix: { on: [{ other: x }] } }", "unknown"],
    ["runs-on: '${{ matrix.os }}', strategy: { matrix: { os: ['${{ vars.R }}'] } }", "unknown"],
    ["runs-on: '${{ matrix.os }}', strategy: { matrix: '${{ fromJSON(needs.a.outputs.m) }}' }", "unknown"],
    ["runs-on: '${{ matrix.os }}', strategy: { matrix: { os: '${{ fromJSON(vars.R) }}' } }", "unknown"],
    ["runs-on: \"${{ inputs.big && 'self-hosted' || 'ubuntu-latest' }}\"", "self-hosted"],
    ["runs-on: \"${{ inputs.big && 'windows-latest' || 'ubuntu-latest' }}\"", "hosted"],
    ["runs-on: \"${{ inputs.runner || 'ubuntu-latest' }}\"", "unknown"],
    ['runs-on: "${{ fromJSON(\'[\\"self-hosted\\", \\"x\\"]\') }}"', "self-hosted"],
    ['runs-on: "${{ fromJSON(vars.R || \'[\\"ubuntu-latest\\"]\') }}"', "unknown"],
    ["runs-on: '${{ not an expression }}'", "unknown"],
  ])("{ %s } is %s", (job, kind) => {
    expect(read(jobs(`a: { ${job} }`)).jobs).toMatchObject([{ runner: { kind } }]);
  });
});

describe("a step that may fetch a pull's head", () => {
  it.each([
    ["uses: actions/checkout@v4", "no"],
    ["uses: actions/checkout@v4, with: { ref: main }", "no"],
    ["uses: actions/checkout@v4, with: { ref: '${{ github.event.pull_request.base.sha }}' }", "no"],
    ["uses: actions/checkout@v4, with: { ref: 'refs/pull/${{ github.event.number }}/merge' }", "yes"],
    ["uses: actions/checkout@v4, with: { ref: '${{ github.head_ref || github.ref }}' }", "yes"],
    ["uses: actions/checkout@v4, with: { repository: '${{ github.event.pull_request.head.repo.full_name }}' }", "yes"],
    ["uses: actions/checkout@v4, with: { ref: '${{ steps.pr.outputs.sha }}' }", "maybe"],
    ["uses: acme/build@v1, with: { sha: '${{ github.event.pull_request.head.sha }}' }", "maybe"],
    ["uses: actions/labeler@v5, with: { configuration-path: a.yml }", "no"],
    ["uses: ./tools/setup", "maybe"],
    ["uses: dawidd6/action-download-artifact@v6", "maybe"],
    ["run: gh pr checkout $N && npm ci", "yes"],
    ["run: 'git fetch origin pull/${{ github.event.number }}/head:pr && git switch pr'", "yes"],
    ["run: 'git fetch origin +refs/pull/7/merge'", "yes"],
    ["run: 'git checkout $GITHUB_HEAD_REF'", "yes"],
    ["run: 'gh pr diff 7 | git apply'", "yes"],
    ["run: gh pr diff 7", "no"],
    ["run: git checkout main", "no"],
    ["run: 'git checkout \"$SHA\"', env: { SHA: '${{ steps.x.outputs.sha }}' }", "maybe"],
    ["run: ./look.sh, env: { REF: '${{ github.head_ref }}' }", "maybe"],
    ["run: gh run download 7", "maybe"],
    ["run: gh pr comment 7 --body thanks", "no"],
  ])("{ %s }: %s", (step, takesHead) => {
    expect(read(jobs(`a: { steps: [{ ${step} }] }`)).jobs).toMatchObject([{ takesHead }]);
  });

  it("is any that runs where the workflow's environment names it, and none where a condition does", () => {
    const head = "'${{ github.event.pull_request.head.sha }}'";
    const { jobs: found } = read(`on: push\nenv: { SHA: ${head} }\njobs:\n  a: { steps: [{ run: ./x }] }\n`);
    expect(found).toMatchObject([{ takesHead: "maybe" }]);
    expect(read(jobs(`a: { if: ${head}, concurrency: ${head}, steps: [{ run: ./x }] }`)).jobs).toMatchObject([
      { takesHead: "no" },
    ]);
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
  ["jobs:\n  a: { x: 1, y: 2, x: 3 }\non: push", { line: 2, fault: { kind: "duplicate-key", key: "x" } }],
  ["just words", { line: null, fault: { kind: "not-a-workflow" } }],
  ["on: push\njobs: none", { line: null, fault: { kind: "not-a-workflow" } }],
  ["", { line: null, fault: { kind: "not-a-workflow" } }],
])("%j cannot be read, and the result names the reason", (text, why) => {
  expect(readWorkflow("ci.yml", text)).toEqual({ ok: false, ...why });
});

const valid = "on: push\njobs: { a: { runs-on: x, steps: [] } }\n";
const nine = (name: string) => `[${Array(9).fill(`*${name}`).join(", ")}]`;

it.each([
  [
    "aliases of aliases",
    `a0: &a0 [x, x]\n${[1, 2, 3, 4, 5].map((at) => `a${at}: &a${at} ${nine(`a${at - 1}`)}\n`).join("")}`,
  ],
  ["an alias to nowhere", "env: *gone\n"],
  ["an anchor within itself", "env: &e { A: *e }\n"],
  ["an anchor within itself, in a list", "env: { A: &e [1, [*e]] }\n"],
  ["lists in lists", `env: ${"[".repeat(20_000)}${"]".repeat(20_000)}\n`],
  ["lists in lists, one a line", `env: ${"- ".repeat(20_000)}\n`],
])("a workflow file with %s is a problem of that file, not an error", (_, text) => {
  expect(readWorkflow("ci.yml", valid).ok).toBe(true);
  expect(readWorkflow("ci.yml", valid + text)).toMatchObject({ ok: false, fault: { kind: "not-yaml" } });
});
