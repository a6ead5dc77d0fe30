/** The preflight of a repository whose workflows are many, large and hostile. */
import { expect, it } from "vitest";
import { readPolicy } from "../../src/config/policy-file.ts";
import { readWorkflow } from "../../src/config/workflow-file.ts";
import { FeatureEvent } from "../../src/core/event.ts";
import { defaultPolicy } from "../../src/core/policy.ts";
import { preflight } from "../../src/loop/effects/preflight.ts";
import type { GitHub } from "../../src/loop/github-port.ts";

const repo = { id: 1, owner: "ada", name: "shop" };
const sha = "a".repeat(40);

function looked(workflows: Record<string, string>, required: string[] = []) {
  const github = {
    listFiles: async () => Object.keys(workflows),
    branchRules: async () => [],
    granted: async () =>
      Object.fromEntries(
        ["metadata", "contents", "issues", "pull_requests", "actions", "checks", "statuses", "workflows"].map((one) => [
          one,
          "write",
        ]),
      ),
    checks: async () => [],
    mergedHeads: async () => [],
    readFile: async (_repo: unknown, _sha: string, path: string) => workflows[path] ?? null,
  } as unknown as GitHub;
  const about = {
    repo,
    issue: 7,
    base: { branch: "main", sha },
    required: required.map((name) => ({ name, appId: null })),
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
