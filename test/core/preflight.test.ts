import { describe, expect, it } from "vitest";
import { type Facts, type Finding, judgePreflight, type Workflow } from "../../src/core/preflight/index.ts";

const everywhere = { branches: null, branchesIgnore: null, paths: false };
const onPulls = { ...everywhere, types: null };
const harmless = { secrets: [], writes: [], selfHosted: false, checksOutHead: false };

function workflow(fields: Partial<Workflow> = {}): Workflow {
  const jobs = [{ checkName: ["unit"], ...harmless }];
  return {
    path: ".github/workflows/ci.yml",
    pullRequest: onPulls,
    pullRequestTarget: null,
    push: null,
    jobs,
    ...fields,
  };
}

const good: Facts = {
  base: "main",
  branch: "headgate/7/task",
  required: [{ name: "unit", appId: null }],
  reported: [],
  workflows: [workflow()],
  unreadable: [],
  rules: [],
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

function found(facts: Partial<Facts>): Finding[] {
  return judgePreflight({ ...good, ...facts });
}

function abouts(facts: Partial<Facts>): [string, boolean][] {
  return found(facts).map(({ about, refuses }) => [about, refuses]);
}

it("a repository whose checks run on pulls, and that gives them nothing, is fine", () => {
  expect(judgePreflight(good)).toEqual([]);
});

describe("a required check", () => {
  const only = (fields: Partial<Workflow>) => ({ workflows: [workflow(fields)] });

  it.each<[string, Partial<Facts>, [string, boolean][]]>([
    [
      "that only pushes to main make never comes",
      only({ pullRequest: null, push: { ...everywhere, branches: ["main"] } }),
      [["check-never-runs", true]],
    ],
    [
      "of pulls into other branches never comes",
      only({ pullRequest: { ...onPulls, branches: ["release/**"] } }),
      [["check-never-runs", true]],
    ],
    [
      "of pulls into all but this branch never comes",
      only({ pullRequest: { ...onPulls, branchesIgnore: ["ma*"] } }),
      [["check-never-runs", true]],
    ],
    ["of pulls into branches that match comes", only({ pullRequest: { ...onPulls, branches: ["ma*"] } }), []],
    ["of pushes to every branch comes", only({ pullRequest: null, push: everywhere }), []],
    [
      "of pushes to one level of branches never comes to ours",
      only({ pullRequest: null, push: { ...everywhere, branches: ["*"] } }),
      [["check-never-runs", true]],
    ],
    [
      "of pushes to all levels of branches comes",
      only({ pullRequest: null, push: { ...everywhere, branches: ["**"] } }),
      [],
    ],
    [
      "whose pattern is taken back never comes",
      only({ pullRequest: null, push: { ...everywhere, branches: ["**", "!headgate/**"] } }),
      [["check-never-runs", true]],
    ],
    [
      "filtered by paths comes sometimes",
      only({ pullRequest: { ...onPulls, paths: true } }),
      [["check-runs-sometimes", false]],
    ],
    [
      "of opened pulls only comes sometimes",
      only({ pullRequest: { ...onPulls, types: ["opened"] } }),
      [["check-runs-sometimes", false]],
    ],
    [
      "that a second workflow always makes comes",
      { workflows: [workflow({ pullRequest: { ...onPulls, paths: true } }), workflow()] },
      [],
    ],
    [
      "whose workflow's pattern is none never comes",
      only({ pullRequest: { ...onPulls, branches: ["main[", "a++", "+", "(?<x>main)"] } }),
      [["check-never-runs", true]],
    ],
    [
      "of a workflow that pulls start with the base's own code comes",
      only({ pullRequest: null, pullRequestTarget: everywhere }),
      [],
    ],
    [
      "of a workflow with a job of any name may be another's, and forbids nothing",
      only({ pullRequest: null, jobs: [{ ...harmless, checkName: [null] }] }),
      [["check-unknown", false]],
    ],
    [
      "that one job of this name never makes, and a job of any name may, comes",
      { workflows: [workflow({ jobs: [{ ...harmless, checkName: [null] }] }), workflow({ pullRequest: null })] },
      [],
    ],
    ["that no workflow makes is not known", { workflows: [] }, [["check-unknown", false]]],
    ["that somebody reported on the base is taken for another App's", { workflows: [], reported: ["unit"] }, []],
    [
      "of another App is not the workflow's",
      { required: [{ name: "unit", appId: 5 }], ...only({ pullRequest: null }) },
      [["check-unknown", false]],
    ],
  ])("%s", (_, facts, expected) => {
    expect(abouts(facts)).toEqual(expected);
  });

  it("into a branch that a pattern is slow about is judged at once", () => {
    const base = "a".repeat(40);
    const slow = [`${"a+".repeat(20)}b`, `${"a*".repeat(20)}b`, `${"**a".repeat(20)}b`];
    const workflows = [workflow({ pullRequest: { ...onPulls, branches: slow } })];
    const before = performance.now();
    expect(abouts({ base, workflows })).toEqual([["check-never-runs", true]]);
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
    const expected = makes ? [] : [["check-unknown", false]];
    expect(abouts({ workflows, required: [{ name, appId: null }] })).toEqual(expected);
  });
});

describe("what agents' code is given", () => {
  const job = (fields: object) => [{ checkName: ["unit"], ...harmless, ...fields }];

  it("names secrets, writes and runners of workflows that run on pulls", () => {
    const workflows = [
      workflow({
        jobs: [
          ...job({ secrets: ["NPM", "AWS"], writes: ["contents"] }),
          ...job({ secrets: ["NPM"], selfHosted: true }),
        ],
      }),
    ];
    const path = ".github/workflows/ci.yml";
    expect(found({ workflows })).toEqual([
      { about: "secrets-reachable", refuses: false, workflow: path, secrets: ["AWS", "NPM"] },
      { about: "token-writes", refuses: false, workflow: path, scopes: ["contents"] },
      { about: "self-hosted", refuses: false, workflow: path },
    ]);
  });

  it("says nothing of a workflow that runs on pushes to main only", () => {
    const deploy = workflow({
      pullRequest: null,
      push: { ...everywhere, branches: ["main"] },
      jobs: job({ checkName: ["deploy"], secrets: ["KEY"] }),
    });
    expect(abouts({ workflows: [workflow(), deploy] })).toEqual([]);
  });

  it("warns of pull_request_target that checks out the pull", () => {
    const target = (checksOutHead: boolean) =>
      workflow({
        pullRequest: null,
        pullRequestTarget: everywhere,
        jobs: job({ checkName: ["label"], checksOutHead }),
      });
    expect(abouts({ workflows: [workflow(), target(true)] })).toEqual([["target-runs-head", false]]);
    expect(abouts({ workflows: [workflow(), target(false)] })).toEqual([]);
  });
});

it("a permission that is missing, or too small, forbids to begin", () => {
  const { issues: _, ...rest } = good.granted;
  expect(found({ granted: { ...rest, contents: "read" } })).toEqual([
    { about: "permission-missing", refuses: true, permission: "contents", level: "write" },
    { about: "permission-missing", refuses: true, permission: "issues", level: "write" },
  ]);
});

it("a ruleset that keeps our branches from being made forbids to begin, unless the App may pass", () => {
  const rule = { type: "creation", ruleset: "tidy", bypassed: false };
  const refused = {
    about: "rule-refuses-branch",
    refuses: true,
    rule: "creation",
    ruleset: "tidy",
    branch: "headgate/7/task",
  };
  expect(found({ rules: [rule, { ...rule, type: "non_fast_forward" }] })).toEqual([refused]);
  expect(found({ rules: [{ ...rule, bypassed: true }] })).toEqual([]);
});

it("what forbids to begin comes first", () => {
  const facts = {
    workflows: [],
    unreadable: [{ path: "x.yml", text: "it is not YAML" }],
    granted: { ...good.granted, checks: "none" },
  };
  expect(abouts(facts)).toEqual([
    ["permission-missing", true],
    ["check-unknown", false],
    ["workflow-unreadable", false],
  ]);
});
