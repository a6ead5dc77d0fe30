/** Filter patterns, with the examples of GitHub's cheat sheet. */
import { describe, expect, it } from "vitest";
import { matches } from "../src/actions/trigger/patterns.ts";

describe("filter patterns of workflows", () => {
  it.each<[string[], string, boolean]>([
    [["feature/*"], "feature/your-branch", true],
    [["feature/*"], "feature/beta-a/my-branch", false],
    [["feature/**"], "feature/beta-a/my-branch", true],
    [["releases/mona-the-octocat"], "releases/mona-the-octocat", true],
    [["*"], "all/the/branches", false],
    [["**"], "all/the/branches", true],
    [["*feature"], "mona-feature", true],
    [["v2*"], "v2.9", true],
    [["v[12].[0-9]+.[0-9]+"], "v1.10.1", true],
    [["v[12].[0-9]+.[0-9]+"], "v3.10.1", false],
    [["*.jsx?"], "page.js", true],
    [["**/docs/**"], "dir/docs/my-file.txt", true],
    [["a.b"], "axb", false],
    [["grüße/*"], "grüße/x", true],
    [["**", "!feature/**"], "feature/x", false],
    [["!feature/**", "**"], "feature/x", true],
  ])("The patterns %j match %s: %s", (patterns, name, expected) => {
    expect(matches(patterns, name)).toBe(expected);
  });

  it("A pattern that makes a backtracking matcher hang is matched in time", () => {
    expect(matches([`${"a+".repeat(40)}b`], "a".repeat(250))).toBe(false);
  });
});
