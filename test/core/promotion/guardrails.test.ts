import { describe, expect, it } from "vitest";
import type { ChangedFile } from "../../../src/core/attempt.ts";
import { defaultPolicy } from "../../../src/core/policy.ts";
import { type Difference, MAX_FINDINGS } from "../../../src/core/promotion/difference.ts";
import { judgeDifference, judgeManifest, outsideScope } from "../../../src/core/promotion/guardrails.ts";
import type { Violation } from "../../../src/core/promotion/violation.ts";
import { differenceOf } from "../world.ts";

function write(path: string, more: Partial<Extract<ChangedFile, { change: "write" }>> = {}): ChangedFile {
  return { change: "write", path, mode: "100644", sha256: "0".repeat(64), bytes: 10, ...more };
}

function secret(path: string) {
  return { path, finding: "secret" as const, rule: "github", line: 3, fingerprint: "0123456789abcdef" };
}

function holding(...findings: Difference["findings"]): Difference {
  return { ...differenceOf([write("a")]), findings };
}

function violations(...manifest: ChangedFile[]): Violation[] {
  return judgeDifference(differenceOf(manifest), defaultPolicy);
}

describe("guardrails", () => {
  it("let an ordinary change through", () => {
    expect(
      violations(write("src/a.ts"), { change: "delete", path: "src/b.ts" }, write("bin/x", { mode: "100755" })),
    ).toEqual([]);
  });

  it.each([
    ["../outside", "outside-repository"],
    ["a/../../b", "outside-repository"],
    ["/etc/passwd", "outside-repository"],
    ["a//b", "outside-repository"],
    ["./a", "outside-repository"],
    ["C:/x", "outside-repository"],
    ["a\\..\\b", "outside-repository"],
    [".git/config", "git-internal"],
    ["sub/.GIT/hooks/x", "git-internal"],
    [".git /x", "git-internal"],
    ["git~1/config", "git-internal"],
    [".g\u200cit/config", "git-internal"],
    ["a\nb", "control-characters"],
    [".github/workflows/ci.yml", "protected"],
    [".GitHub/workflows/ci.yml", "protected"],
    ["docs/CODEOWNERS", "protected"],
    ["AGENTS.md", "protected"],
    ["deep/er/CLAUDE.md", "protected"],
    [".gitmodules", "protected"],
  ])("refuse %j as %s", (path, kind) => {
    expect(violations(write(path))).toEqual([{ kind, path }]);
    const isNamed = kind !== "protected";
    expect(judgeManifest([write(path)], [], defaultPolicy)).toEqual(isNamed ? [{ kind, path }] : []);
    // A name that was there before is not the agent's, and may go.
    expect(violations({ change: "delete", path })).toEqual(isNamed ? [] : [{ kind, path }]);
  });

  it.each([
    ["1,275 bytes", `${"a".repeat(254)}/`.repeat(5)],
    ["a name of 256 bytes", "a".repeat(256)],
    ["a name of 128 characters of two bytes", "é".repeat(128)],
    ["65 names", `${"a/".repeat(64)}b`],
    ["2,001 names", `${"a/".repeat(2_000)}b`],
  ])("refuse a path of %s before they judge anything else of it", (_, path) => {
    expect(violations(write(path))).toMatchObject([{ kind: "path-too-long" }]);
    expect(judgeManifest([write(path)], [], defaultPolicy)).toMatchObject([{ kind: "path-too-long" }]);
  });

  it("show a person the paths for which no steps are left", () => {
    // Each glob may take almost a million steps on such a path.
    const protectedPaths = Array.from({ length: 80 }, (_, at) => `{a${at},b}/**/*.ts`);
    const long = (at: number) => write(`${"c".repeat(245)}/`.repeat(4) + at);
    const policy = { ...defaultPolicy, protectedPaths };
    expect(judgeDifference(differenceOf([long(1)]), policy)).toEqual([]);
    const many = Array.from({ length: 20 }, (_, at) => long(at));
    const found = judgeDifference(differenceOf(many), policy);
    expect(found.length).toBeGreaterThan(0);
    expect(found.length).toBeLessThan(20);
    expect(found.every(({ kind }) => kind === "protected")).toBe(true);
  });

  it("judge no name of a change that has too many files", () => {
    const files = Array.from({ length: 301 }, () => write("../outside"));
    expect(judgeManifest(files, [], defaultPolicy)).toEqual([{ kind: "too-many-files", files: 301, most: 300 }]);
  });

  it("protect a path in its other spellings too", () => {
    for (const path of [".github./workflows/ci.yml", ".GitHub::$DATA/x", "CODEOWNERS "]) {
      expect(violations(write(path))).toEqual([{ kind: "protected", path }]);
    }
  });

  it("refuse what the commit takes away without being listed", () => {
    const difference = { ...differenceOf([write("docs")]), unlisted: ["docs/CODEOWNERS"] };
    expect(judgeDifference(difference, defaultPolicy)).toEqual([{ kind: "not-as-listed", path: "docs/CODEOWNERS" }]);
  });

  it("refuse a path that the manifest lists twice", () => {
    expect(judgeManifest([write("a"), write("a")], [], defaultPolicy)).toEqual([{ kind: "listed-twice", path: "a" }]);
  });

  it("refuse a file that is a repository of its own", () => {
    const after = { mode: "160000", sha: "0".repeat(40), bytes: 0 };
    const difference = { ...differenceOf([]), changes: [{ path: "lib", before: null, after }], total: 1 };
    expect(judgeDifference(difference, defaultPolicy)).toEqual([{ kind: "submodule", path: "lib" }]);
  });

  it("refuse too many files and too many bytes", () => {
    expect(violations(...Array.from({ length: 301 }, (_, i) => write(`f${i}`)))).toEqual([
      { kind: "too-many-files", files: 301, most: 300 },
    ]);
    expect(violations(write("big", { bytes: 5_000_000 }))).toEqual([
      { kind: "too-many-bytes", bytes: 5_000_000, most: 4 * 1024 * 1024 },
    ]);
  });

  it("refuse a file that holds a secret, and one whose content is missing", () => {
    expect(judgeDifference(holding(secret("a")), defaultPolicy)).toEqual([
      { kind: "secret", path: "a", rule: "github", line: 3, fingerprint: "0123456789abcdef" },
    ]);
    const missing = { path: "a", finding: "content-missing" as const };
    expect(judgeManifest([write("a")], [missing], defaultPolicy)).toEqual([{ kind: "content", ...missing }]);
  });

  it.each([
    ["its fingerprint", ["0123456789abcdef"], 0],
    ["a glob of its path", ["test/fixtures/**"], 0],
    ["the fingerprint of another secret", ["0123456789abcde0"], 1],
    ["a glob of another path", ["fixtures/**"], 1],
  ])("admit a secret by %s under secrets.allow as the policy has it", (_, allow, refused) => {
    const difference = holding(secret("test/fixtures/key.pem"));
    expect(judgeDifference(difference, { ...defaultPolicy, secrets: { allow } })).toHaveLength(refused);
  });

  it("admit a file that could not be searched by its path only, and a secret in a name never", () => {
    const policy = { ...defaultPolicy, secrets: { allow: ["big/**", "0123456789abcdef"] } };
    expect(judgeDifference(holding({ path: "big/a", finding: "not-scanned" }), policy)).toEqual([]);
    expect(judgeDifference(holding({ path: "a", finding: "not-scanned" }), policy)).toHaveLength(1);
    const name = { path: "big/[redacted: github]", finding: "secret-name" as const, rule: "github" };
    expect(judgeManifest([write("big/[redacted: github]")], [name], policy)).toEqual([
      { kind: "secret-name", path: name.path, rule: "github" },
    ]);
  });

  it("refuse a full list of findings although each is admitted, since it may have left one out", () => {
    const policy = { ...defaultPolicy, secrets: { allow: ["a"] } };
    const findings = Array.from({ length: MAX_FINDINGS }, () => secret("a"));
    expect(judgeDifference(holding(...findings), policy)).toEqual([{ kind: "too-many-findings", most: MAX_FINDINGS }]);
    expect(judgeDifference(holding(...findings.slice(1)), policy)).toEqual([]);
  });

  it("count files that the difference no longer lists", () => {
    const difference = { ...differenceOf([write("a")]), total: 9_000 };
    expect(judgeDifference(difference, defaultPolicy)).toEqual([{ kind: "too-many-files", files: 9_000, most: 300 }]);
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
    expect(outsideScope([path], [glob])).toEqual([path]);
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
    expect(outsideScope([path], [glob])).toEqual(isInScope ? [] : [path]);
  });
});
