import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalPath, collisions, isDotGit, nameProblem } from "../../../src/core/promotion/names.ts";
import { compareTrees } from "../../../src/core/promotion/tree.ts";
import { EMPTY_BLOB, scratchRepository, treeOf } from "./git.ts";

const hidden = ["\u200c", "\u200d", "\u200e", "\u200f", "\u202a", "\u202e", "\u206a", "\u206f", "\ufeff"];

describe("the name of an added file", () => {
  it.each([
    "src/a.ts",
    "grüße/日本語.md",
    ".gitignore",
    "a.git/b",
    ".github2",
    "docs/❤️.md",
    "👩‍💻/x",
    "with space.txt",
    "git~/x",
    "[id]/page.tsx",
    "$(x)/`y`",
    "a".repeat(255),
    "é".repeat(127),
    "a/".repeat(63).concat("b"),
    `${"a".repeat(254)}/`.repeat(4).slice(0, -1),
  ])("may be %j", (path) => {
    expect(nameProblem(path)).toBeNull();
  });

  it.each([
    ["a\u202eb.ts", "invisible-characters"],
    ["a\u2066b.ts", "invisible-characters"],
    ["a\u200bb.ts", "invisible-characters"],
    ["a\u00adb.ts", "invisible-characters"],
    ["a\u3164b.ts", "invisible-characters"],
    ["a\u{e0041}b.ts", "invisible-characters"],
    ["a\u2028b.ts", "invisible-characters"],
    ["a\ud800b.ts", "invisible-characters"],
    ["a\ufffdb.ts", "invisible-characters"],
    ["a\u0085b.ts", "control-characters"],
    ["a\tb.ts", "control-characters"],
    ["x/.git::$INDEX_ALLOCATION/config", "git-internal"],
    [".GIT. . /config", "git-internal"],
    ["GIT~1/config", "git-internal"],
    [".g\u200dit/config", "git-internal"],
    ["a/..\\b", "outside-repository"],
    ["c:/x", "outside-repository"],
  ])("may not be %j: %s", (path, problem) => {
    expect(nameProblem(path)).toBe(problem);
  });
});

describe("git's own names", () => {
  const { git, tried } = scratchRepository();
  git("config", "core.protectHFS", "true");
  git("config", "core.protectNTFS", "true");
  const gitTakes = (path: string) => tried("update-index", "--add", "--cacheinfo", `100644,${EMPTY_BLOB},${path}`);

  it("are all that git itself refuses, with the rules of HFS+ and NTFS on", () => {
    const part = fc.constantFrom(
      ".",
      "g",
      "i",
      "t",
      "G",
      "I",
      "T",
      ".git",
      ".GIT",
      "git~1",
      "~",
      "1",
      " ",
      ":",
      "x",
      ...hidden,
    );
    const anything = fc.array(part, { minLength: 1, maxLength: 4 });
    const around = fc.array(fc.constantFrom(" ", ".", ":", ...hidden), { maxLength: 2 });
    const nearly = fc
      .tuple(around, fc.constantFrom(".git", ".GIT", ".gIt", "git~1"), around)
      .map((parts) => parts.flat());
    let refused = 0;
    fc.assert(
      fc.property(fc.oneof(anything, nearly), (parts) => {
        const name = parts.join("");
        if (gitTakes(`${name}/config`)) return;
        refused += 1;
        expect(nameProblem(`${name}/config`)).not.toBeNull();
      }),
      { numRuns: 100 },
    );
    expect(refused).toBeGreaterThan(5);
  });

  it.each([".git", ".Git", "git~1", ".git ", ".git.", ".git. .", ".git:x", ...hidden.map((one) => `.g${one}it`)])(
    "%j is one",
    (name) => {
      expect(isDotGit(name)).toBe(true);
      expect(gitTakes(`${name}/config`)).toBe(false);
    },
  );

  it.each([".gitignore", "git", "x.git", ".gi", "git~", "agit~1"])("%j is none", (name) => {
    expect(isDotGit(name)).toBe(false);
    expect(gitTakes(`${name}/config`)).toBe(true);
  });
});

describe("another spelling of a path", () => {
  it.each([
    [".github./workflows/ci.yml", ".github/workflows/ci.yml"],
    [".github::$DATA/x", ".github/x"],
    [".git\u200chub/x", ".github/x"],
    ["CODEOWNERS ", "codeowners"],
    ["lib/AGENT\u017f.md", "lib/agents.md"],
    ["a/b.ts", "a/b.ts"],
  ])("%j is read as %j", (path, canonical) => {
    expect(canonicalPath(path)).toBe(canonical);
  });
});

describe("two names that are one where case or normalisation do not count", () => {
  const found = (before: Record<string, string>, after: Record<string, string>) => {
    const [was, is] = [treeOf(before), treeOf(after)];
    return collisions(was, is, compareTrees(was, is));
  };

  it.each([
    ["README.md", "readme.md"],
    ["docs/a.md", "Docs/b.md"],
    ["caf\u00e9.md", "cafe\u0301.md"],
    ["stra\u00dfe.md", "STRASSE.md"],
    ["docs", "DOCS/a.md"],
  ])("%j is there and %j comes", (present, added) => {
    const before = { [present]: "1" };
    expect(found(before, { ...before, [added]: "2" })).toHaveLength(1);
  });

  it("both come", () => {
    expect(found({}, { "a/X.ts": "1", "a/x.ts": "2" })).not.toEqual([]);
  });

  it("are left alone where both were there before", () => {
    const before = { "xt_DSCP.h": "1", "xt_dscp.h": "2" };
    expect(found(before, { ...before, "xt_DSCP.h": "3", "other.h": "4" })).toEqual([]);
  });

  it("are no pair where one replaces the other", () => {
    expect(found({ "README.md": "1", "src/a.ts": "1" }, { "readme.md": "1", "src/a.ts": "1" })).toEqual([]);
  });
});
