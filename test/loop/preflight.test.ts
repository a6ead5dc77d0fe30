/** The preflight of a repository whose workflows are many, large and hostile. */
import { describe, expect, it } from "vitest";
import { readPolicy } from "../../src/config/policy-file.ts";
import { readWorkflow } from "../../src/config/workflow-file.ts";
import { ATTEMPT_WORKFLOW } from "../../src/core/attempt.ts";
import { FeatureEvent } from "../../src/core/event.ts";
import { defaultPolicy } from "../../src/core/policy.ts";
import { performFeatureObserve } from "../../src/loop/effects/planning.ts";
import { preflight } from "../../src/loop/effects/preflight.ts";
import type { GitHub } from "../../src/loop/github-port.ts";

const repo = { id: 1, owner: "ada", name: "shop" };
const sha = "a".repeat(40);

function looked(workflows: Record<string, string>, required: string[] = []) {
  const github = {
    tree: async () => new Map(Object.keys(workflows).map((path) => [path, { mode: "100644", sha: path, bytes: 1 }])),
    blob: async (_repo: unknown, path: string) => Buffer.from(workflows[path] ?? ""),
    branchRules: async () => [],
    baseRules: async () => ({ methods: null, demands: [], unreadable: [] }),
    granted: async () =>
      Object.fromEntries(
        ["metadata", "contents", "issues", "pull_requests", "actions", "checks", "statuses", "workflows"].map((one) => [
          one,
          "write",
        ]),
      ),
    checks: async () => [],
    mergedHeads: async () => [],
    recentCommits: async () => [],
  } as unknown as GitHub;
  const about = {
    repo,
    issue: 7,
    base: { branch: "main", sha },
    required: required.map((name) => ({ name, appId: null })),
    merge: { method: "squash" as const, stated: false },
    isNew: false,
  };
  const settings = { label: "headgate", baseBranch: null, statusEveryMs: 0, observeEveryMs: 0, sweepEveryMs: 0 };
  return preflight({ github, settings, readWorkflow, readPolicy: (text) => readPolicy(text, defaultPolicy) }, about);
}

/** With everything that the preflight warns of, and names of the greatest length. */
function generous(name: string): string {
  const secrets = Array.from({ length: 20 }, (_, index) => `\${{ secrets['${name}${index}'] }}`).join(" ");
  return `on: [pull_request, pull_request_target]\npermissions: write-all\njobs:\n  build:\n    runs-on: self-hosted\n    env: { ALL: ${JSON.stringify(secrets)}, HEAD: "\${{ github.head_ref }}" }\n`;
}

it("the preflight reports no more warnings than its event can carry", async () => {
  const names = ["`".repeat(200), "#1".repeat(100), "@ada ".repeat(40)];
  const workflows = Object.fromEntries(
    Array.from({ length: 60 }, (_, index) => [`.github/workflows/${index}.yml`, generous(names[index % 3] ?? "")]),
  );
  const { problems, warnings } = await looked(
    workflows,
    Array.from({ length: 20 }, (_, index) => `check ${index}`),
  );
  const event = {
    ...{ type: "feature.observed", round: 1, by: "ada", permission: "write", base: { branch: "main", sha } },
    ...{ policy: null, checks: [], prices: {}, problems, warnings },
  };
  expect(() => FeatureEvent.parse(event)).not.toThrow();
  expect(warnings.length).toBeGreaterThan(50);
  expect(warnings.at(-1)).toEqual({ kind: "more-warnings", count: expect.any(Number) });
});

it.each([
  ["brackets within each other without end", "[".repeat(50_000)],
  ["a list that holds itself", "on: push\njobs: &jobs\n  a: { steps: &all [*all] }\n  b: *jobs\n"],
  ["aliases of aliases", `on: push\njobs: {}\n${doubling(40)}`],
])("the preflight survives a workflow of %s", async (_, text) => {
  await expect(looked({ ".github/workflows/bad.yml": text })).resolves.toMatchObject({ problems: [] });
});

function doubling(times: number): string {
  const lines = Array.from({ length: times }, (_, at) => `b${at + 1}: &b${at + 1} [*b${at}, *b${at}]`);
  return ["b0: &b0 [x, x]", ...lines].join("\n");
}

const STARTABLE = "on: { workflow_dispatch: { inputs: { protocol: {}, attempt: {}, brief: {} } } }\njobs: {}\n";

/** Makes the first observation of a feature, with a file for the attempts and one for the settings. */
async function observed(
  {
    workflow = STARTABLE,
    config = null,
    round = 1,
  }: { workflow?: string | null; config?: string | null; round?: number },
  more: Partial<GitHub> = {},
) {
  const granted = { metadata: "read", checks: "read", statuses: "read" };
  const written = ["contents", "issues", "pull_requests", "actions", "workflows"].map((one) => [one, "write"]);
  const github = {
    permission: async () => "write",
    defaultBranch: async () => "main",
    branchTip: async (_: unknown, branch: string) => (branch === "main" ? sha : null),
    workflowState: async () => "active",
    readFile: async (_: unknown, _ref: string, path: string) => (path === ATTEMPT_WORKFLOW ? workflow : config),
    requiredChecks: async () => [{ name: "unit", appId: null }],
    tree: async () => new Map(),
    branchesBelow: async () => [],
    branchRules: async () => [],
    baseRules: async () => ({ methods: ["merge", "squash", "rebase"], demands: [], unreadable: [] }),
    granted: async () => ({ ...granted, ...Object.fromEntries(written) }),
    checks: async () => [],
    mergedHeads: async () => [],
    recentCommits: async () => [],
    ...more,
  } as unknown as GitHub;
  const settings = { label: "headgate", baseBranch: null, statusEveryMs: 0, observeEveryMs: 0, sweepEveryMs: 0 };
  const read = {
    readWorkflow,
    readPolicy: (text: string | null) => readPolicy(text, defaultPolicy),
    priceOf: () => null,
  };
  const effect = { type: "feature.observe" as const, repo, issue: 7, by: "ada", round };
  const event = await performFeatureObserve({ github, settings, ...read }, effect);
  return event.type === "feature.observed" ? event : expect.fail();
}

describe("the attempt workflow", () => {
  const problem = (missing: string[] | null) => [
    { kind: "workflow-not-runnable", path: ATTEMPT_WORKFLOW, branch: "main", missing },
  ];
  it.each([
    [STARTABLE, []],
    ["on: workflow_dispatch\njobs: {}\n", problem(["protocol", "attempt", "brief"])],
    ["on: { workflow_dispatch: { inputs: { attempt: {}, brief: {} } } }\njobs: {}\n", problem(["protocol"])],
    ["on: push\njobs: {}\n", problem(null)],
    ["on: [", problem(null)],
  ])("%j can be started, or the problem says why not: %j", async (workflow, problems) => {
    expect((await observed({ workflow })).problems).toEqual(problems);
  });

  it("that is disabled keeps Headgate from starting, and one that GitHub does not list yet does not", async () => {
    const found = async (state: "disabled" | "unknown") =>
      (await observed({}, { workflowState: async () => state })).problems;
    expect(await found("disabled")).toEqual([{ kind: "workflow-disabled", path: ATTEMPT_WORKFLOW }]);
    expect(await found("unknown")).toEqual([]);
  });
});

it("a feature merges by a method that the base allows, unless its file names another", async () => {
  const onlyMerge: Partial<GitHub> = {
    baseRules: async () => ({ methods: ["merge"], demands: [], unreadable: [] }),
  };
  const free = await observed({}, onlyMerge);
  expect([free.policy?.merge.method, free.problems]).toEqual(["merge", []]);
  const stated = await observed({ config: "merge: { method: squash }" }, onlyMerge);
  expect(stated.problems).toMatchObject([{ kind: "merge-method-refused", method: "squash", allowed: ["merge"] }]);
});

it("branches of an earlier life are named before a feature's first task, and its own later are not", async () => {
  const left: Partial<GitHub> = { branchesBelow: async (_, prefix) => [`${prefix}parser`] };
  const kinds = async (round: number) => (await observed({ round }, left)).warnings.map(({ kind }) => kind);
  expect(await kinds(1)).toContain("branches-left");
  expect(await kinds(2)).not.toContain("branches-left");
});
