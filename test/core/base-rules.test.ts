/** Judges what decides about merges into the base, before any agent is paid. */
import { describe, expect, it } from "vitest";
import { type BaseDemand, type BaseRules, judgeMerging, type MergeMethod } from "../../src/core/preflight/index.ts";

const open: BaseRules = { methods: ["merge", "squash", "rebase"], demands: [], unreadable: [] };

function judged(rules: Partial<BaseRules>, method: MergeMethod = "squash", stated = false) {
  return judgeMerging({ ...open, ...rules }, { branch: "main", method, stated });
}

describe("the merge method", () => {
  it.each<[string, Partial<BaseRules>, MergeMethod, boolean, MergeMethod, MergeMethod[] | null]>([
    ["of the policy is taken where the base allows it", {}, "rebase", false, "rebase", null],
    [
      "is another that the base allows where the policy names none",
      { methods: ["merge"] },
      "squash",
      false,
      "merge",
      null,
    ],
    ["is squash before all others", { methods: ["rebase", "squash"] }, "merge", false, "squash", null],
    [
      "that the policy names and the base forbids is refused",
      { methods: ["merge"] },
      "squash",
      true,
      "squash",
      ["merge"],
    ],
    [
      "is no merge commit where the history is linear",
      { demands: [{ kind: "linear-history" }] },
      "merge",
      false,
      "squash",
      null,
    ],
    [
      "is no rebase where commits are signed",
      { methods: ["rebase"], demands: [{ kind: "signatures" }] },
      "rebase",
      false,
      "rebase",
      [],
    ],
    ["is refused where the base allows none", { methods: [] }, "squash", false, "squash", []],
    ["is the policy's where GitHub does not show which are allowed", { methods: null }, "rebase", true, "rebase", null],
    [
      "is not a merge commit either where only the rules are shown",
      { methods: null, demands: [{ kind: "linear-history" }] },
      "merge",
      true,
      "merge",
      ["squash", "rebase"],
    ],
  ])("%s", (_, rules, method, stated, taken, allowed) => {
    const { method: found, problems } = judged(rules, method, stated);
    expect(found).toBe(taken);
    expect(problems).toEqual(
      allowed === null
        ? []
        : [{ kind: "merge-method-refused", branch: "main", method: taken, allowed: expect.arrayContaining(allowed) }],
    );
    if (allowed !== null) expect(problems[0]).toMatchObject({ allowed: { length: allowed.length } });
  });
});

it("a merge queue is refused, since Headgate merges through none", () => {
  expect(judged({ demands: [{ kind: "merge-queue" }] }).problems).toEqual([{ kind: "merge-queue", branch: "main" }]);
});

describe("a demand that each pull has to meet", () => {
  const waits = (what: string, more = {}) => [
    { kind: "merge-waits", branch: "main", for: what, count: null, names: [], ...more },
  ];
  it.each<[BaseDemand, object[]]>([
    [{ kind: "approvals", count: 2 }, waits("approvals", { count: 2 })],
    [{ kind: "approvals", count: 0 }, []],
    [{ kind: "code-owners" }, waits("code-owners")],
    [{ kind: "conversations" }, waits("conversations")],
    [{ kind: "last-push" }, waits("last-push")],
    [{ kind: "lock" }, waits("lock")],
    [{ kind: "pushers" }, waits("pushers")],
    [{ kind: "deployments", names: ["staging"] }, waits("deployments", { names: ["staging"] })],
    [{ kind: "workflows", names: ["x.yml"] }, waits("workflows", { names: ["x.yml"] })],
    [
      { kind: "other", rule: "commit_message_pattern", pattern: "^feat" },
      [{ kind: "rule-may-refuse", branch: "main", rule: "commit_message_pattern", pattern: "^feat" }],
    ],
    [{ kind: "linear-history" }, []],
  ])("%j is told", (demand, warnings) => {
    expect(judged({ demands: [demand] })).toEqual({ method: "squash", problems: [], warnings });
  });
});

it("what GitHub does not show is listed as not readable, and never taken for absent", () => {
  expect(judged({ unreadable: ["lock", "deployments", "lock"] }).warnings).toEqual([
    { kind: "base-not-readable", branch: "main", what: ["deployments", "lock"] },
  ]);
  expect(judged({}).warnings).toEqual([]);
});
