import { describe, expect, it } from "vitest";
import { pricesWith } from "../../src/config/own-prices.ts";
import { readPolicy } from "../../src/config/policy-file.ts";
import { defaultPolicy } from "../../src/core/policy.ts";
import type { Problem } from "../../src/core/preflight/index.ts";
import { problemText } from "../../src/messages/problems/preflight.ts";

function policy(text: string | null) {
  const reading = readPolicy(text, defaultPolicy);
  return reading.ok ? reading.policy : expect.fail(reading.problems.map(problemText).join("\n"));
}

function problems(text: string): Problem[] {
  const reading = readPolicy(text, defaultPolicy);
  return reading.ok ? expect.fail("it was accepted") : reading.problems;
}

function words(text: string): string[] {
  return problems(text).map(problemText);
}

describe("what a repository does not say keeps its default", () => {
  it.each([
    ["no file", null],
    ["an empty file", ""],
    ["comments alone", "# nothing yet\n"],
    ["an empty document", "---\n"],
    ["empty groups", "attempts: {}\nmodels: {}\nmerge: {}\nlimits: {}\n"],
  ])("%s", (_, text) => {
    expect(policy(text)).toEqual(defaultPolicy);
  });

  it("also beside what it says in the same group", () => {
    expect(policy("attempts:\n  usd: 1.5\n").attempts).toEqual({ ...defaultPolicy.attempts, usd: 1.5 });
  });
});

it("every key reaches the policy", () => {
  const text = `
max-parallel: 2
actions: { slots: 20, ci-jobs: 3 }
overlap: serialise-hot
hot-files: [locales/**, src/registry.ts]
launch: { hold-seconds: 4, prefix-tokens: 40000, usd-per-hour: 50 }
attempts: { max: 4, minutes: 12.5, turns: 40, usd: 2, tokens: 900000 }
models: { small: claude-haiku-4-5, middle: claude-opus-5, large: claude-fable-5-2 }
budget: { usd: 12, minutes: 300 }
task-budget: { tokens: 2000000 }
merge: { method: rebase, mode: ready }
approve: always
approve-over: 25
plan: { publish: sub-issues, research: 2 }
hold-labels: [wait]
templates: { title: "feat: {subject}", trailers: ["Signed-off-by: Ada <a@e.org>"] }
no-repair: [DCO]
checks: [unit, "lint / biome"]
producers: { scan: 9, "ci/jenkins": jenkins-bot }
neutral: fail
nothing-to-do: accept
gate-surface: warn
checks-minutes: 90
missing-minutes: 20
protected-paths: [infra/]
secrets: { allow: [test/keys/] }
limits: { files: 10, bytes: 1000 }
`;

  expect(policy(text)).toEqual({
    maxParallel: 2,
    actions: { slots: 20, ciJobs: 3 },
    overlap: "serialise-hot",
    hotFiles: ["locales/**", "src/registry.ts"],
    launch: { holdSeconds: 4, prefixTokens: 40_000, usdPerHour: 50 },
    attempts: { max: 4, free: defaultPolicy.attempts.free, minutes: 12.5, turns: 40, usd: 2, tokens: 900_000 },
    models: { small: "claude-haiku-4-5", middle: "claude-opus-5", large: "claude-fable-5-2" },
    budget: { usd: 12, tokens: null, minutes: 300 },
    taskBudget: { usd: null, tokens: 2_000_000, minutes: null },
    merge: { method: "rebase", mode: "ready" },
    approve: { when: "always", usd: 25 },
    plan: { publish: "sub-issues", research: 2 },
    holdLabels: ["wait"],
    templates: { title: "feat: {subject}", message: null, trailers: ["Signed-off-by: Ada <a@e.org>"] },
    noRepair: ["DCO"],
    checks: [
      { name: "unit", appId: null },
      { name: "lint / biome", appId: null },
    ],
    producers: { scan: 9, "ci/jenkins": "jenkins-bot" },
    neutral: "fail",
    nothingToDo: "accept",
    gateSurface: "warn",
    checksMinutes: 90,
    missingMinutes: 20,
    protectedPaths: [...defaultPolicy.protectedPaths, "infra", "infra/**"],
    secrets: { allow: ["test/keys", "test/keys/**"] },
    limits: { files: 10, bytes: 1000 },
  });
});

it("the file's own merge method is told apart from the default", () => {
  expect(readPolicy("merge: { method: squash }", defaultPolicy)).toMatchObject({ namesMethod: true });
  for (const text of [null, "", "merge: { mode: ready }"]) {
    expect(readPolicy(text, defaultPolicy)).not.toHaveProperty("namesMethod");
  }
});

it("a number of slots can be taken back: without limit", () => {
  const limited = { ...defaultPolicy, actions: { slots: 3, ciJobs: 2 } };
  expect(readPolicy("actions: { slots: null }", limited)).toMatchObject({
    policy: { actions: { slots: null, ciJobs: 2 } },
  });
});

describe("protected paths", () => {
  it.each([
    ["a folder", "infra", ["infra", "infra/**"]],
    ["a folder with its slash", "infra/", ["infra", "infra/**"]],
    ["a glob of everything in it", "infra/**", ["infra/**"]],
    ["a glob of names", "**/*.lock", ["**/*.lock", "**/*.lock/**"]],
  ])("%s is added with what lies in it", (_, path, added) => {
    expect(policy(`protected-paths: ['${path}']`).protectedPaths).toEqual([...defaultPolicy.protectedPaths, ...added]);
  });

  it("none of the defaults can be taken out", () => {
    expect(policy("protected-paths: []").protectedPaths).toEqual(defaultPolicy.protectedPaths);
    expect(problems("protected-paths: ['!.github/**']")).toEqual([
      { kind: "config", line: 1, fault: { kind: "path-negated", key: "protected-paths.0" } },
    ]);
  });

  it.each(["/etc", "../x", "a/../b", "a\\\\b", "", "+(a|b)/**", "{a,b}+"])("'%s' is refused", (path) => {
    expect(words(`protected-paths: ["${path}"]`)[0]).toContain("line 1: 'protected-paths.0':");
  });
});

describe("a problem names the file, the line and the key", () => {
  const KNOWN =
    "max-parallel, actions, launch, attempts, models, budget, task-budget, merge, limits, plan, templates, secrets, hold-labels, no-repair, checks, producers, neutral, nothing-to-do, gate-surface, checks-minutes, missing-minutes, protected-paths, approve, approve-over, overlap, hot-files";

  it.each([
    [
      "an unknown key",
      "max-parallel: 2\nmax-paralel: 3\n",
      `, line 2: unknown key 'max-paralel'; known keys: ${KNOWN}.`,
    ],
    [
      "a template without the task's title",
      "templates: { title: 'feat: it' }\n",
      ", line 1: 'templates.title': write {title} or {subject} where the task's title stands.",
    ],
    [
      "a trailer without a key",
      "templates: { trailers: [signed] }\n",
      ", line 1: 'templates.trailers.0': write a trailer as 'Key: value'.",
    ],
    [
      "an unknown key in a group",
      "attempts:\n  max: 2\n  tries: 3\n",
      ", line 3: unknown key 'tries' in 'attempts'; known keys: max, minutes, turns, usd, tokens.",
    ],
    [
      "a key that is not to be set",
      "attempts:\n  free: 9\n",
      ", line 2: unknown key 'free' in 'attempts'; known keys: max, minutes, turns, usd, tokens.",
    ],
    ["an object's own key", "__proto__: {}\n", `, line 1: unknown key '__proto__'; known keys: ${KNOWN}.`],
    ["a number too large", "attempts:\n  max: 100\n", ", line 2: 'attempts.max': too big: expected number to be <=20."],
    [
      "a number as text",
      "max-parallel: many\n",
      ", line 1: 'max-parallel': invalid input: expected number, received string.",
    ],
    ["no value", "max-parallel:\n", ", line 1: 'max-parallel': invalid input: expected number, received null."],
    [
      "a word not on the list",
      "merge:\n  method: sqash\n",
      `, line 2: 'merge.method': invalid option: expected one of "merge"|"squash"|"rebase".`,
    ],
    ["no slot at all", "actions:\n  slots: 0\n", ", line 2: 'actions.slots': too small: expected number to be >=1."],
    [
      "a key in the core's spelling",
      "launch:\n  holdSeconds: 3\n",
      ", line 2: unknown key 'holdSeconds' in 'launch'; known keys: hold-seconds, prefix-tokens, usd-per-hour.",
    ],
    [
      "too long a hold",
      "launch:\n  hold-seconds: 31\n",
      ", line 2: 'launch.hold-seconds': too big: expected number to be <=5.",
    ],
    [
      "an overlap policy that does not exist",
      "overlap: serialize\n",
      `, line 1: 'overlap': invalid option: expected one of "optimistic"|"serialise-hot"|"serialise-overlap".`,
    ],
    [
      "a hot file outside",
      "hot-files:\n- ../x\n",
      ", line 2: 'hot-files.0': write the path from the repository's root, without a leading '/', '\\' or '..'.",
    ],
    [
      "a group that is a number",
      "\nlimits: 3\n",
      ", line 2: 'limits': invalid input: expected object, received number.",
    ],
    [
      "a wrong entry of a list",
      "checks:\n- unit\n- 3\n",
      ", line 3: 'checks.1': invalid input: expected string, received number.",
    ],
    ["a list", "- a\n", ": the file must hold keys and values, such as 'max-parallel: 3'."],
    ["a key given twice", "label: a\nlabel: b\n", ", line 2: the key 'label' is given twice."],
    ["a tab", "merge:\n\tmethod: squash\n", ", line 2: tabs are not allowed as indentation."],
    ["a tag", "label: !secret x\n", ", line 1: unresolved tag: !secret."],
    ["a second document", "label: a\n---\nlabel: b\n", ", line 2: the file holds a second document; keep one."],
    ["an alias to nowhere", "label: *x\n", ": unresolved alias (the anchor must be set before the alias): x."],
    ["too large a file", `label: ${"x".repeat(64 * 1024)}`, ": the file is larger than 64 KB."],
  ])("%s", (_, text, problem) => {
    expect(words(text)).toEqual([`\`.github/headgate.yml\`${problem}`]);
  });

  it("an alias bomb is defused", () => {
    const bomb = ["x", ..."abcdefgh"].map((name, level, all) =>
      level === 0
        ? "x: &x [1]"
        : `${name}: &${name} [${Array(9)
            .fill(`*${all[level - 1]}`)
            .join(", ")}]`,
    );

    expect(words(bomb.join("\n"))).toEqual([
      "`.github/headgate.yml`: excessive alias count indicates a resource exhaustion attack.",
    ]);
  });

  it("nesting without end is a problem, not a crash", () => {
    // The parser reports one or two, by how much of the stack is left.
    expect(problems(`label: ${"[".repeat(30_000)}${"]".repeat(30_000)}`)[0]).toMatchObject({ kind: "config" });
  });

  it("all problems are listed, in the file's order", () => {
    const found = words("label: ''\nfoo: 1\nmerge: { mode: x }\nbar: 2\n");

    expect(found.map((problem) => /line \d/.exec(problem)?.[0])).toEqual(["line 1", "line 2", "line 3", "line 4"]);
  });

  it("more than twenty are counted", () => {
    const found = problems(Array.from({ length: 30 }, (_, number) => `key-${number}: 1`).join("\n"));

    expect(found).toHaveLength(21);
    expect(found[20]).toEqual({ kind: "more-config", count: 10 });
  });
});

describe("models", () => {
  it("without a known price are refused, each by its line", () => {
    expect(words("models:\n  small: gpt\n  middle: claude-opus-5-5\n  large: my-own\n")).toEqual([
      expect.stringMatching(/line 2: 'models.small': no price is known for 'gpt'; known models: claude-haiku-5-5, /),
      expect.stringContaining("line 4: 'models.large': no price is known for 'my-own'"),
    ]);
  });

  it("may be dated versions", () => {
    expect(policy("models: { small: claude-haiku-4-5-20251001 }").models.small).toBe("claude-haiku-4-5-20251001");
  });

  it("may be the deployment's own, with the price it states", () => {
    const own = pricesWith({ "my-own": { input: 1, output: 1, cacheRead: 1, cacheWrite: 1 } });

    expect(readPolicy("models: { small: my-own }", defaultPolicy, own)).toMatchObject({ ok: true });
    expect(own("my-own")).toEqual({ input: 1, output: 1, cacheRead: 1, cacheWrite: 1 });
    expect(own("toString")).toBeNull();
    expect(own("claude-opus-5-5")).not.toBeNull();
  });
});

describe("secrets.allow", () => {
  it("takes globs of paths, a folder's name for what lies in it, and fingerprints as they are", () => {
    const text = 'secrets:\n  allow: [test/fixtures/**, testdata, "0123456789abcdef"]\n';
    expect(policy(text).secrets).toEqual({
      allow: ["test/fixtures/**", "testdata", "testdata/**", "0123456789abcdef"],
    });
    expect(policy(null).secrets).toEqual({ allow: [] });
  });

  it("refuses a path outside the repository and a negated one, with the line", () => {
    expect(problems("secrets:\n  allow:\n    - ../keys\n    - '!src/**'\n")).toEqual([
      { kind: "config", line: 3, fault: { kind: "path-outside", key: "secrets.allow.0" } },
      { kind: "config", line: 4, fault: { kind: "path-negated", key: "secrets.allow.1" } },
    ]);
  });
});
