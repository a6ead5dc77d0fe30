import { expect, it } from "vitest";
import { type BriefFacts, MAX_BRIEF_BYTES } from "../../src/core/attempt.ts";
import { writeBrief } from "../../src/messages/agent/brief.ts";
import { sha, World } from "../core/world.ts";

function facts(): BriefFacts {
  const world = new World();
  world.start({ a: [] });
  return world.take("attempt.dispatch").brief;
}

it("writes acceptance criteria and the checks that will judge them into the description", () => {
  const { description } = writeBrief({ ...facts(), description: "Do it", acceptance: ["it works"], checks: ["unit"] });
  expect(description).toBe("Do it\n\nAcceptance criteria:\n- it works\n\nThese checks will judge it: unit.");
});

it("opens the history with the last attempt's cause, then its details, each under a title", () => {
  const cause = { kind: "changes-requested" as const, by: ["bob"], text: "Not like this." };
  const details = [
    { of: { kind: "review" as const, by: "bob" }, text: "Not like this.\nUse the parser." },
    { of: { kind: "check" as const, name: "unit" }, text: "expected 1, got 2" },
  ];
  const { history } = writeBrief({ ...facts(), failure: { class: "review-changes", cause, details } });
  expect(history).toEqual([
    { title: "The last attempt ended as review-changes", text: "@bob asked for changes: Not like this." },
    { title: "@bob asked for changes", text: "Not like this.\nUse the parser." },
    { title: "unit failed", text: "expected 1, got 2" },
  ]);
});

it("cuts the longest texts until the brief fits into a workflow's input, and keeps ids and commits", () => {
  const long = facts();
  long.issue = { ...long.issue, body: "b".repeat(200_000) };
  long.failure = {
    class: "checks-failed",
    cause: { kind: "checks-red", names: ["unit"], headline: null },
    details: [{ of: { kind: "check", name: "unit" }, text: `first line\n${"x".repeat(100_000)}\nlast line` }],
  };
  const brief = writeBrief(long);
  expect(new TextEncoder().encode(JSON.stringify(brief)).length).toBeLessThanOrEqual(MAX_BRIEF_BYTES);
  expect(brief).toMatchObject({ task: "a", checkout: sha("base") });
  expect(brief.history.at(-1)?.text).toMatch(/^first line[\s\S]*characters left out[\s\S]*last line$/);
});
