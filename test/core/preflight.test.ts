import { describe, expect, it } from "vitest";
import { readWorkflow } from "../../src/config/workflow-file.ts";
import type { Check } from "../../src/core/github.ts";
import {
  type Facts,
  inspectRepository,
  type Problem,
  type Warning,
  type Workflow,
} from "../../src/core/preflight/index.ts";

const everywhere = { branches: null, branchesIgnore: null, paths: false };
const onPulls = { ...everywhere, types: null };
const harmless = {
  id: "job",
  needs: [],
  calls: null,
  skippedName: ["job"],
  names: null,
  groups: [],
  secrets: [],
  writes: [],
  runner: { kind: "hosted" as const, shown: "ubuntu-latest" },
  environment: null,
  takesHead: "no" as const,
  commands: [],
  uses: [],
};

function workflow(fields: Partial<Workflow> = {}): Workflow {
  const jobs = [{ checkName: ["unit"], ...harmless }];
  return {
    path: ".github/workflows/ci.yml",
    pullRequest: onPulls,
    pullRequestTarget: null,
    push: null,
    dispatchInputs: null,
    alsoOnHeads: [],
    afterwards: [],
    judgesHeads: true,
    jobs,
    ...fields,
  };
}

const good: Facts = {
  base: "main",
  branch: "headgate/7/task",
  required: [{ name: "unit", appId: null }],
  baseChecks: [],
  judgesBase: false,
  producers: [],
  workflows: [workflow()],
  unreadable: [],
  left: [],
  rules: [],
  baseRules: null,
  merge: { method: "squash", stated: false },
  granted: {
    metadata: "read",
    contents: "write",
    issues: "write",
    pull_requests: "write",
    actions: "write",
    checks: "read",
    statuses: "read",
    workflows: "write",
  },
};

function reportedOnBase(name: string, conclusion: "success" | "failure" | null): Check {
  const producer = { kind: "job" as const, workflow: ".github/workflows/push.yml", event: "push", run: 1, needs: [] };
  return { name, producer, conclusion, url: null, id: 1, startedAt: 0, completedAt: conclusion === null ? null : 1 };
}

/** Problems first, then warnings. */
function found(facts: Partial<Facts>): (Problem | Warning)[] {
  const { problems, warnings } = inspectRepository({ ...good, ...facts });
  return [...problems, ...warnings];
}

function kinds(facts: Partial<Facts>): { problems: string[]; warnings: string[] } {
  const { problems, warnings } = inspectRepository({ ...good, ...facts });
  return { problems: problems.map(({ kind }) => kind), warnings: warnings.map(({ kind }) => kind) };
}

const nothing = { problems: [], warnings: [] };
const problem = (kind: string) => ({ problems: [kind], warnings: [] });
const warning = (kind: string) => ({ problems: [], warnings: [kind] });

it("a repository whose checks run on pulls, and that gives them nothing, is fine", () => {
  expect(inspectRepository(good)).toEqual({ ...nothing, method: "squash" });
});

describe("a required check", () => {
  const only = (fields: Partial<Workflow>) => ({ workflows: [workflow(fields)] });

  it.each<[string, Partial<Facts>, ReturnType<typeof kinds>]>([
    [
      "that only pushes to main make never comes",
      only({ pullRequest: null, push: { ...everywhere, branches: ["main"] } }),
      problem("check-never-runs"),
    ],
    [
      "of pulls into other branches never comes",
      only({ pullRequest: { ...onPulls, branches: ["release/**"] } }),
      problem("check-never-runs"),
    ],
    [
      "of pulls into all but this branch never comes",
      only({ pullRequest: { ...onPulls, branchesIgnore: ["ma*"] } }),
      problem("check-never-runs"),
    ],
    ["of pulls into branches that match comes", only({ pullRequest: { ...onPulls, branches: ["ma*"] } }), nothing],
    ["of pushes to every branch comes", only({ pullRequest: null, push: everywhere }), nothing],
    [
      "of pushes to one level of branches never comes to ours",
      only({ pullRequest: null, push: { ...everywhere, branches: ["*"] } }),
      problem("check-never-runs"),
    ],
    [
      "of pushes to all levels of branches comes",
      only({ pullRequest: null, push: { ...everywhere, branches: ["**"] } }),
      nothing,
    ],
    [
      "whose pattern is taken back never comes",
      only({ pullRequest: null, push: { ...everywhere, branches: ["**", "!headgate/**"] } }),
      problem("check-never-runs"),
    ],
    [
      "filtered by paths comes sometimes",
      only({ pullRequest: { ...onPulls, paths: true } }),
      warning("check-runs-sometimes"),
    ],
    [
      "of opened pulls only comes sometimes",
      only({ pullRequest: { ...onPulls, types: ["opened"] } }),
      warning("check-runs-sometimes"),
    ],
    [
      "that a second workflow always makes comes",
      { workflows: [workflow({ pullRequest: { ...onPulls, paths: true } }), workflow()] },
      nothing,
    ],
    [
      "whose workflow's pattern is none never comes",
      only({ pullRequest: { ...onPulls, branches: ["main[", "a++", "+", "(?<x>main)"] } }),
      problem("check-never-runs"),
    ],
    [
      "of a workflow that pulls start with the base's own code comes",
      only({ pullRequest: null, pullRequestTarget: everywhere }),
      nothing,
    ],
    [
      "of a workflow with a job of any name may be another's, and forbids nothing",
      only({ pullRequest: null, jobs: [{ ...harmless, checkName: [null] }] }),
      warning("check-unknown"),
    ],
    [
      "that one job of this name never makes, and a job of any name may, comes",
      { workflows: [workflow({ jobs: [{ ...harmless, checkName: [null] }] }), workflow({ pullRequest: null })] },
      nothing,
    ],
    [
      "of a workflow that only others call may be another's, and forbids nothing",
      only({ pullRequest: null, judgesHeads: false }),
      warning("check-unknown"),
    ],
    ["that no workflow makes is not known", { workflows: [] }, warning("check-unknown")],
    [
      "whose producer is known is taken for another App's",
      { workflows: [], producers: [{ check: "unit", producer: { kind: "app", appId: 5 } }] },
      nothing,
    ],
    [
      "that somebody of whom nothing is known reported on the base",
      {
        workflows: [],
        baseChecks: [reportedOnBase("unit", "success")],
        producers: [{ check: "unit", producer: { kind: "unknown" } }],
      },
      warning("check-unknown"),
    ],
    [
      "that a rule pins to an App which reported it",
      { workflows: [], baseChecks: [reportedOnBase("unit", "success")], required: [{ name: "unit", appId: 5 }] },
      nothing,
    ],
    [
      "of another App is not the workflow's",
      { required: [{ name: "unit", appId: 5 }], ...only({ pullRequest: null }) },
      warning("check-unknown"),
    ],
  ])("%s", (_, facts, expected) => {
    expect(kinds(facts)).toEqual(expected);
  });

  it.each([
    ["strategy: { matrix: { node: [20] } }, runs-on: ubuntu-latest", [], "unit (…)"],
    ["strategy: { matrix: { node: [20] } }, runs-on: ubuntu-latest", ["unit (20)"], "unit (20)"],
    ["uses: ./.github/workflows/unknown.yml", [], "unit / …"],
    ['name: unit, strategy: "${{ fromJSON(inputs.x) }}", runs-on: x', [], "unit (…)"],
  ])(
    "of a job { %s } comes only where it is skipped, and the warning names what to require",
    (job, reported, instead) => {
      const path = ".github/workflows/ci.yml";
      const read = readWorkflow(path, `on: pull_request\npermissions: {}\njobs:\n  unit: { ${job} }\n`);
      if (!read.ok) return expect.fail();
      expect(
        found({ workflows: [read.workflow], baseChecks: reported.map((name) => reportedOnBase(name, "success")) }),
      ).toContainEqual({ kind: "check-only-skipped", check: "unit", workflow: path, instead });
    },
  );

  it.each<[string, string[] | null, string[], boolean]>([
    ["test (18)", ["test (22)", "test (24)"], [], true],
    ["test (22)", ["test (22)", "test (24)"], [], false],
    ["test (18)", null, [], false],
    ["test (18)", ["test (22)"], ["test (18)"], false],
  ])("named %s against a matrix that makes %j, with %j on the base: %s", (name, names, onBase, isWarned) => {
    const workflows = [workflow({ jobs: [{ ...harmless, checkName: ["test (", null, ")"], names }] })];
    const baseChecks = onBase.map((one) => reportedOnBase(one, "success"));
    expect(found({ workflows, baseChecks, required: [{ name, appId: null }] })).toEqual(
      isWarned
        ? [{ kind: "check-not-in-matrix", check: name, workflow: ".github/workflows/ci.yml", instead: names }]
        : [],
    );
  });

  it.each<[string, Partial<Workflow>, boolean]>([
    ["ci", {}, true],
    ["${{ github.workflow }}-${{ github.event.pull_request.base.ref }}", {}, true],
    ["${{ github.actor }}", {}, true],
    ["${{ github.workflow }}-${{ github.ref }}", {}, false],
    ["${{ github.head_ref || github.run_id }}", {}, false],
    ["pr-${{ github.event.number }}", {}, false],
    ["pr-${{ github.event.pull_request.number }}", {}, false],
    ["${{ github.ref }}", { pullRequest: null, pullRequestTarget: everywhere }, true],
    ["${{ github.head_ref }}", { pullRequest: null, pullRequestTarget: everywhere }, false],
    ["ci", { pullRequest: null, push: { ...everywhere, branches: ["main"] } }, false],
  ])("in the concurrency group %s of a workflow %j is cancelled for another pull: %s", (group, fields, isShared) => {
    const path = ".github/workflows/ci.yml";
    const jobs = [{ ...harmless, checkName: ["unit"], groups: [group] }];
    const warnings = found({ workflows: [workflow(), workflow({ path, jobs, ...fields })] });
    expect(warnings).toEqual(isShared ? [{ kind: "checks-cancelled", workflow: path, group }] : []);
  });

  it("into a branch that a pattern is slow about is judged at once", () => {
    const base = "a".repeat(40);
    const slow = [`${"a+".repeat(20)}b`, `${"a*".repeat(20)}b`, `${"**a".repeat(20)}b`];
    const workflows = [workflow({ pullRequest: { ...onPulls, branches: slow } })];
    const before = performance.now();
    expect(kinds({ base, workflows })).toEqual(problem("check-never-runs"));
    expect(performance.now() - before).toBeLessThan(1_000);
  });

  it.each([
    [["unit (", null, ")"], "unit (20, linux)", true],
    [["unit (", null, ")"], "unit", false],
    [["test ", null], "test 20", true],
    [[null, " tests"], "fast tests", true],
    [[null, " tests"], "fast tests again", false],
    [["call", " / ", null], "call / inner", true],
    [["a", null, "a"], "a", false],
  ])("named %j is made under the name %s: %s", (checkName, name, makes) => {
    const workflows = [workflow({ jobs: [{ ...harmless, checkName }] })];
    const expected = makes ? nothing : warning("check-unknown");
    expect(kinds({ workflows, required: [{ name, appId: null }] })).toEqual(expected);
  });
});

describe("what agents' code is given", () => {
  const job = (fields: object) => [{ checkName: ["unit"], ...harmless, ...fields }];

  it("names secrets, writes and runners of workflows that run on pulls", () => {
    const workflows = [
      workflow({
        jobs: [
          ...job({ secrets: ["NPM", "AWS"], writes: ["contents"] }),
          ...job({ secrets: ["NPM"], runner: { kind: "self-hosted", shown: "self-hosted" } }),
        ],
      }),
    ];
    const path = ".github/workflows/ci.yml";
    expect(found({ workflows })).toEqual([
      { kind: "secrets-reachable", workflow: path, secrets: ["AWS", "NPM"] },
      { kind: "token-writes", workflow: path, scopes: ["contents"] },
      { kind: "self-hosted", workflow: path },
    ]);
  });

  it("says nothing of a workflow that runs on pushes to main only", () => {
    const deploy = workflow({
      pullRequest: null,
      push: { ...everywhere, branches: ["main"] },
      jobs: job({ checkName: ["deploy"], secrets: ["KEY"] }),
    });
    expect(kinds({ workflows: [workflow(), deploy] })).toEqual(nothing);
  });

  const ofFile = (text: string) => {
    const read = readWorkflow("x.yml", text);
    if (!read.ok) return expect.fail();
    return found({ workflows: [workflow(), read.workflow] });
  };
  const on = (events: string, job: string, more = "permissions: {}") =>
    ofFile(`on: ${events}\n${more}\njobs:\n  a: { runs-on: ubuntu-latest, ${job} }\n`);
  const warned = (kind: string, more: object) => [{ kind, workflow: "x.yml", ...more }];
  const key = 'env: { K: "${{ secrets.K }}" }';

  it.each(["pull_request", "create", "deployment_status", "pull_request_review"])(
    "names the secrets of a workflow that runs a head's code on %s",
    (event) => {
      expect(on(event, key)).toEqual(warned("secrets-reachable", { secrets: ["K"] }));
    },
  );

  it.each([
    ["pull_request_target", "steps: [{ run: gh pr checkout 1 }]", "target-runs-head"],
    [
      "pull_request_target",
      'steps: [{ uses: actions/checkout@v4, with: { ref: "${{ inputs.ref }}" } }]',
      "target-may-run-head",
    ],
    [
      "workflow_run",
      'steps: [{ uses: actions/checkout@v4, with: { ref: "${{ github.event.workflow_run.head_sha }}" } }]',
      "target-runs-head",
    ],
    ["issue_comment", "steps: [{ run: git fetch origin pull/$N/head }]", "target-runs-head"],
  ])("warns of %s with { %s }: %s", (event, job, kind) => {
    expect(on(event, job)).toEqual(warned(kind, { event }));
  });

  it("warns of a workflow of another repository that pull_request_target calls: it may check out anything", () => {
    const text = "on: pull_request_target\njobs:\n  a: { uses: acme/shared/.github/workflows/x.yml@v1 }\n";
    expect(ofFile(text)).toEqual(warned("target-may-run-head", { event: "pull_request_target" }));
  });

  it.each(["workflow_run", "issue_comment"])(
    "names secrets of a workflow that runs after an agent's code on %s",
    (event) => {
      expect(on(event, key)).toEqual(warned("secrets-afterwards", { event, secrets: ["K"] }));
      expect(on(event, "steps: []")).toEqual([]);
    },
  );

  it("says nothing of a workflow that runs after those of other branches only", () => {
    expect(on("{ workflow_run: { workflows: [CI], branches: [main] } }", key)).toEqual([]);
  });

  it.each([
    ["environment: prod", "environment-reachable", { environments: ["prod"] }],
    ['environment: { name: "${{ matrix.to }}" }', "environment-reachable", { environments: ["${{ matrix.to }}"] }],
    ["strategy: { matrix: { r: [self-hosted] } }, runs-on: '${{ matrix.r }}'", "self-hosted", {}],
    ["runs-on: '${{ vars.R }}'", "runner-unknown", { runners: ["${{ vars.R }}"] }],
    ["uses: acme/x/.github/workflows/y.yml@v1", "call-unread", { calls: ["acme/x/.github/workflows/y.yml@v1"] }],
  ])("names what a job { %s } may give to it: %s", (job, kind, more) => {
    expect(ofFile(`on: pull_request\npermissions: {}\njobs:\n  a: { ${job} }\n`)).toEqual(warned(kind, more));
  });

  it("names in one warning all workflows that state no permissions", () => {
    const unstated = (path: string) => workflow({ path, jobs: job({ writes: null }) });
    const workflows = [
      unstated("b.yml"),
      workflow(),
      unstated("a.yml"),
      workflow({ ...unstated("c.yml"), pullRequest: null }),
    ];
    expect(found({ workflows })).toEqual([{ kind: "token-unstated", workflows: ["a.yml", "b.yml"] }]);
  });
});

it("a permission that is missing, or too small, forbids to begin", () => {
  const { issues: _, ...rest } = good.granted;
  expect(found({ granted: { ...rest, contents: "read" } })).toEqual([
    { kind: "permission-missing", permission: "contents", level: "write" },
    { kind: "permission-missing", permission: "issues", level: "write" },
  ]);
});

it("branches that are left of the issue's earlier tasks are named", () => {
  expect(found({ left: ["headgate/7/b", "headgate/7/a"] })).toEqual([
    { kind: "branches-left", branches: ["headgate/7/a", "headgate/7/b"] },
  ]);
});

it("a ruleset that keeps our branches from being made forbids to begin, unless the App may pass", () => {
  const rule = { type: "creation", ruleset: "tidy", bypassed: false };
  const refused = {
    kind: "rule-refuses-branch",
    rule: "creation",
    ruleset: "tidy",
    branch: "headgate/7/task",
  };
  expect(found({ rules: [rule, { ...rule, type: "non_fast_forward" }] })).toEqual([refused]);
  expect(found({ rules: [{ ...rule, bypassed: true }] })).toEqual([]);
});

it("problems keep Headgate from starting, and warnings are sorted by what they put at risk", () => {
  const facts = {
    workflows: [],
    unreadable: [{ path: "x.yml", line: null, fault: { kind: "not-a-workflow" as const } }],
    granted: { ...good.granted, checks: "none" },
  };
  expect(kinds(facts)).toEqual({
    problems: ["permission-missing"],
    warnings: ["check-unknown", "workflow-unreadable"],
  });
});

describe("the results on the base itself", () => {
  const two = { judgesBase: true, workflows: [], required: ["unit", "lint"].map((name) => ({ name, appId: null })) };
  const known = { producers: ["unit", "lint"].map((check) => ({ check, producer: { kind: "job", workflows: null } })) };
  const base = (results: Record<string, "success" | "failure" | null>) => {
    const baseChecks = Object.entries(results).map(([name, conclusion]) => reportedOnBase(name, conclusion));
    return found({ ...two, ...(known as Pick<Facts, "producers">), baseChecks });
  };

  it("are a warning for each required check that is red there, whichever file made it", () => {
    expect(base({ unit: "failure", lint: "success" })).toEqual([
      { kind: "check-red-on-base", check: "unit", base: "main" },
    ]);
    expect(base({ unit: "success", lint: null })).toEqual([]);
  });

  it("are a note where no required check has reported there, and never a problem", () => {
    expect(base({ other: "failure" })).toEqual([{ kind: "base-unchecked", base: "main" }]);
    expect(kinds({ judgesBase: true, baseChecks: [] }).problems).toEqual([]);
  });
});
