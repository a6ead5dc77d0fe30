import { describe, expect, it } from "vitest";
import type { ChangedFile } from "../../src/core/attempt.ts";
import { defaultPolicy } from "../../src/core/policy.ts";
import { judgeChange } from "../../src/core/rules/guardrails.ts";

function write(path: string, more: Partial<Extract<ChangedFile, { change: "write" }>> = {}): ChangedFile {
  return { change: "write", path, mode: "100644", sha256: "0".repeat(64), bytes: 10, ...more };
}

function refusals(...manifest: ChangedFile[]): string[] {
  return judgeChange(manifest, [], [], defaultPolicy).refusals;
}

describe("guardrails", () => {
  it("let an ordinary change through", () => {
    expect(
      refusals(write("src/a.ts"), { change: "delete", path: "src/b.ts" }, write("bin/x", { mode: "100755" })),
    ).toEqual([]);
  });

  it.each([
    ["../outside", /lies outside/],
    ["a/../../b", /lies outside/],
    ["/etc/passwd", /lies outside/],
    ["a//b", /lies outside/],
    ["./a", /lies outside/],
    ["C:/x", /lies outside/],
    ["a\\..\\b", /lies outside/],
    [".git/config", /git's own/],
    ["sub/.GIT/hooks/x", /git's own/],
    [".git /x", /git's own/],
    ["git~1/config", /git's own/],
    [".g\u200cit/config", /git's own/],
    ["a\nb", /control characters/],
    [".github/workflows/ci.yml", /protected/],
    [".GitHub/workflows/ci.yml", /protected/],
    ["docs/CODEOWNERS", /protected/],
    ["AGENTS.md", /protected/],
    ["deep/er/CLAUDE.md", /protected/],
    [".gitmodules", /protected/],
  ])("refuse %j", (path, message) => {
    expect(refusals(write(path)).join()).toMatch(message);
    expect(refusals({ change: "delete", path }).join()).toMatch(message);
  });

  it("refuse a path that is listed twice", () => {
    expect(refusals(write("a"), write("a")).join()).toMatch(/listed twice/);
  });

  it("refuse too many files and too many bytes", () => {
    expect(refusals(...Array.from({ length: 301 }, (_, i) => write(`f${i}`))).join()).toMatch(/301 files/);
    expect(refusals(write("big", { bytes: 5_000_000 })).join()).toMatch(/5000000 bytes/);
  });

  it("refuse what a look at the content found", () => {
    const { refusals } = judgeChange(
      [write("a")],
      [{ path: "a", finding: "contains a GitHub token" }],
      [],
      defaultPolicy,
    );
    expect(refusals).toEqual(["`a` contains a GitHub token"]);
  });

  it("show what lies outside the declared scope without refusing it", () => {
    expect(judgeChange([write("src/a.ts"), write("lib/b.ts")], [], ["src/**"], defaultPolicy)).toEqual({
      refusals: [],
      outsideScope: ["lib/b.ts"],
    });
  });

  it.each([
    ["*a*a*a*a*a*a*b", "a".repeat(4_000)],
    ["**/a/**/a/**/a/**/a/**/b", `${"a/".repeat(2_000)}a`],
    ["{x,*a*a*a*a*a*a*b}", "a".repeat(4_000)],
    ["+(*a|a*|aa)b", "a".repeat(4_000)],
    ["(a+)+b", "a".repeat(4_000)],
    ["a+a+a+a+a+b", "a".repeat(4_000)],
  ])("judge a path that almost fits, and show it: %s", (glob, path) => {
    // A regular expression alone would be at it for hours.
    expect(judgeChange([write(path)], [], [glob], defaultPolicy).outsideScope).toEqual([path]);
  });

  it.each([
    ["src/**", "src/a/b.ts", true],
    ["src/**", "lib/src/b.ts", false],
    ["**/*.test.ts", "a.test.ts", true],
    ["**/*.test.ts", "a/b/.c.test.ts", true],
    ["src/*.ts", "src/a/b.ts", false],
    ["src/*/index.ts", "src/a/index.ts", true],
    ["a?c/*", "abc/d", true],
    ["a?c/*", "ac/d", false],
    ["src/{a,b}.ts", "src/b.ts", true],
    ["**/a/**/b", "x/a/y/a/b", true],
  ])("read %s as people mean it: %s is in scope: %s", (glob, path, isInScope) => {
    const { outsideScope } = judgeChange([write(path)], [], [glob], defaultPolicy);
    expect(outsideScope).toEqual(isInScope ? [] : [path]);
  });
});
