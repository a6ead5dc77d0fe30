import { expect, test } from "vitest";
import { readInputs } from "../../src/job/inputs.ts";
import { briefAt } from "./support/lab.ts";

const SHA = "a".repeat(40);

function environment(changes: Record<string, string> = {}): Record<string, string> {
  return {
    INPUT_PROTOCOL: "1",
    INPUT_ATTEMPT: "12/parser/1",
    INPUT_BRIEF: JSON.stringify(briefAt(SHA)),
    INPUT_ENGINE: "builtin",
    INPUT_COMMAND: "",
    ANTHROPIC_API_KEY: "",
    GITHUB_WORKSPACE: "/checkout",
    GITHUB_OUTPUT: "/output",
    RUNNER_TEMP: "/temp",
    PATH: "/bin",
    ...changes,
  };
}

test("inputs are read, and what Actions leaves empty counts as missing", () => {
  const inputs = readInputs(environment());
  expect(inputs).toMatchObject({ attempt: "12/parser/1", engine: "builtin", workspace: "/checkout" });
  expect(inputs.provider).toEqual({ apiKey: undefined, baseUrl: undefined });
  expect(inputs.brief).toEqual(briefAt(SHA));
});

test.each([
  ["another protocol", { INPUT_PROTOCOL: "2" }, "speaks protocol 1, but was asked for protocol 2"],
  ["a re-run", { GITHUB_RUN_ATTEMPT: "2" }, "attempts are not re-run"],
  ["a brief that is no JSON", { INPUT_BRIEF: "{" }, "'brief' is not JSON"],
  ["a malformed brief", { INPUT_BRIEF: JSON.stringify({ ...briefAt(SHA), checkout: "main" }) }, "malformed: checkout:"],
  [
    "a build with a merge",
    { INPUT_BRIEF: JSON.stringify(briefAt(SHA, { merge: SHA })) },
    "only that, has a commit to merge",
  ],
  ["the brief of another attempt", { INPUT_ATTEMPT: "12/lexer/1" }, "for attempt 12/parser/1"],
  ["a command engine without a command", { INPUT_ENGINE: "command" }, "needs the input 'command'"],
  ["an unknown engine", { INPUT_ENGINE: "magic" }, "INPUT_ENGINE"],
  ["no checkout", { GITHUB_WORKSPACE: "" }, "GITHUB_WORKSPACE"],
])("%s is refused by name", (_, changes, message) => {
  expect(() => readInputs(environment(changes))).toThrow(message);
});
