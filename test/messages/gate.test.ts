/** What `headgate plan` and `headgate run` say of the checks that judge agents' work. */
import type { Unless } from "@headgate/github-sandbox";
import { expect, it } from "vitest";
import { baseFailureText, baseGoodLines, notRunReason } from "../../src/messages/gate/base.ts";
import { gateLines, noGateText, unlessText } from "../../src/messages/gate/forecast.ts";

const windows: Unless = { kind: "cannot-run", why: "it asks for the runner 'windows-latest'" };

it("the two lists have one line for all checks of one reason", () => {
  const notWaitedFor = [
    { name: "old", unless: windows },
    { name: "deploy", unless: { kind: "always-skipped" as const } },
    { name: "older", unless: windows },
  ];
  expect(gateLines({ required: [{ name: "unit" }, { name: "lint" }], notWaitedFor })).toEqual([
    "Required before every merge: unit, lint",
    "Not waited for:",
    "  old, older: it asks for the runner 'windows-latest'",
    "  deploy: its condition never holds on a pull request here, so it is always skipped",
  ]);
  const text = noGateText("main", { required: [], notWaitedFor }, "go test ./...");
  expect(text).toMatch(
    /^No check of this repository would judge.*\n(.*\n)* {2}old, older: .*\n(.*\n)*.*--checks 'go test \.\/\.\.\.'/,
  );
  expect(noGateText("main", { required: [], notWaitedFor: [] }, null)).toContain(
    "No workflow runs on a pull request into main.",
  );
});

it("a reason that comes from another job names that job and what it lacks", () => {
  const why = "it uses acme/setup@v1, which is not here";
  expect(unlessText({ kind: "needs", job: "test", why })).toBe(
    "it needs 'test', which cannot run here: it uses acme/setup@v1, which is not here",
  );
});

it("a failure on the base shows its first error on one line, and flags that a shell takes", () => {
  const text = baseFailureText(
    "main",
    [
      { name: "unit (20)", kind: "failed", conclusion: "failure", error: "a is\nbroken" },
      { name: "lint", kind: "missing" },
      { name: "slow", kind: "failed", conclusion: "timed_out", error: "" },
    ],
    null,
  );
  expect(text.split("\n").slice(1, 5)).toEqual([
    "  unit (20): failed twice: a is broken",
    "  lint: never reported, so no merge could get it",
    "  slow: ended as timed out",
    "Fix them on main, or run without them: --skip-check 'unit (20)' --skip-check lint --skip-check slow",
  ]);
});

it("what judged nothing on the base is said to be no longer required, with the job's own reason", () => {
  const unless = notRunReason("main", "This job did not run: it asks for node 4, which is not here.");
  expect(baseGoodLines("main", { removed: [{ name: "old", unless }], seconds: 1.25, kept: false })).toEqual([
    "The required checks pass on main itself, checked in 1.3 s.",
    "No longer required:",
    "  old: it judged nothing on main: it asks for node 4, which is not here",
  ]);
});
