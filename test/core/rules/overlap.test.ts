import fc from "fast-check";
import picomatch from "picomatch";
import { describe, expect, it } from "vitest";
import { changedBy, overlaps, parseGlob, shareFiles, shareHotFiles } from "../../../src/core/rules/overlap.ts";

const overlap = (left: string, right: string) => overlaps(parseGlob(left), parseGlob(right));

describe("two globs", () => {
  it.each([
    ["src/csv.ts", "src/csv.ts"],
    ["src/*.ts", "src/csv.ts"],
    ["src/**", "src/a/b/c.ts"],
    ["**/*.test.ts", "test/csv.test.ts"],
    ["**", "README.md"],
    ["src/*/index.ts", "src/csv/*.ts"],
    ["src/a*", "src/*z.ts"],
    ["src/**/a.ts", "src/b/**"],
    ["src/**/index.ts", "src/index.ts"],
    ["src/{csv,json}.ts", "src/json.ts"],
    ["{src,lib}/csv.ts", "lib/csv.ts"],
    ["{src/csv,lib}/a.ts", "lib/a.ts"],
    ["src/[ab].ts", "src/b.ts"],
    ["src/?(x)a.ts", "src/xa.ts"],
    ["src/@(a|b/c).ts", "src/b/c.ts"],
    ["src/a**", "src/abc/d.ts"],
    ["!src/**", "src/a.ts"],
    // A folder in any spelling names everything in it.
    ["src", "src/a.ts"],
    ["src/", "src/a.ts"],
    ["./src/a.ts", "src/a.ts"],
  ])("%s and %s overlap", (left, right) => {
    expect(overlap(left, right)).toBe(true);
    expect(overlap(right, left)).toBe(true);
  });

  it.each([
    ["src/csv.ts", "src/json.ts"],
    ["src/csv.ts", "src/csv.tsx"],
    ["src/**", "test/**"],
    ["src/*.ts", "src/*.md"],
    ["src/a/**", "src/b/**"],
    ["src/a*.ts", "src/b*.ts"],
    ["*/index.ts", "src/csv/main.ts"],
    ["src/*/a.ts", "src/*/b.ts"],
    ["src/ab*ba", "src/aba"],
    ["src/{a,b}.ts", "src/c.md"],
    ["packages/@scope/a.ts", "packages/@other/a.ts"],
    ["source/a.ts", "src/a.ts"],
  ])("%s and %s do not", (left, right) => {
    expect(overlap(left, right)).toBe(false);
    expect(overlap(right, left)).toBe(false);
  });
});

describe("two tasks", () => {
  it("share files if any glob of one overlaps with any of the other", () => {
    expect(shareFiles(changedBy(["src/a.ts", "test/**"]), changedBy(["docs/**", "test/b.ts"]))).toBe(true);
    expect(shareFiles(changedBy(["src/a.ts", "test/**"]), changedBy(["docs/**", "src/b.ts"]))).toBe(false);
  });

  it("share a hot file only where both could change the same one of them", () => {
    const hot = ["locales/*.json"].map(parseGlob);
    expect(shareHotFiles(changedBy(["src/**", "locales/en.json"]), changedBy(["src/**", "locales/*"]), hot)).toBe(true);
    expect(shareHotFiles(changedBy(["src/**"]), changedBy(["src/**"]), hot)).toBe(false);
    expect(shareHotFiles(changedBy(["locales/en.json"]), changedBy(["locales/de.json"]), hot)).toBe(false);
    expect(
      shareHotFiles(changedBy(["locales/en.json", "src/a.ts"]), changedBy(["locales/de.json", "src/a.ts"]), hot),
    ).toBe(false);
  });

  it("of which one declares nothing may always share files", () => {
    expect(shareFiles(changedBy([]), changedBy(["src/a.ts"]))).toBe(true);
    expect(shareFiles(changedBy(["src/b.ts"]), changedBy(["src/a.ts"]))).toBe(false);
  });
});

describe("whatever the globs", () => {
  const name = fc.constantFrom("a", "ab", "b.ts", "ab.ts", "c+", "@x");
  const part = fc.oneof(
    name,
    fc.constantFrom(
      "*",
      "**",
      "?",
      "a*",
      "*.ts",
      "a*b.ts",
      "[ab]",
      "{a,ab}",
      "@(a|b).ts",
      "a+(b)",
      "**b",
      "(a)+",
      "!(a)",
    ),
    fc.constantFrom("{a", "b}", "@(a", "b)"),
  );
  const glob = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join("/"));
  /** A glob that names the path, most of the time. */
  const named = (path: readonly string[]) =>
    fc
      .tuple(
        ...path.map((one) => {
          const [begin, end] = [one.slice(0, 1), one.slice(-1)];
          const same = [one, "*", "**", `${begin}*`, `*${end}`, `*${end}*`, `{${one},x}`, `@(${one}|x/y)`, `+(${one})`];
          return fc.constantFrom(...same, `[${begin}]*`, `${one}?(x)`, `(${one})+`, `${begin}**`, `**/${one}`, "!(x)");
        }),
      )
      .map((parts) => parts.join("/"));
  const path = fc.array(name, { minLength: 1, maxLength: 4 });
  const pathAndGlobs = path.chain((one) => fc.tuple(fc.constant(one.join("/")), named(one), named(one)));

  it("two that name the same path overlap", () => {
    let tried = 0;
    fc.assert(
      fc.property(pathAndGlobs, ([one, left, right]) => {
        if (![left, right].every((globOf) => picomatch(globOf, { dot: true })(one))) return;
        tried += 1;
        expect(overlap(left, right)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
    expect(tried).toBeGreaterThan(300);
  });

  it("each overlaps with itself, and none with another that does not overlap with it", () => {
    fc.assert(
      fc.property(glob, glob, (left, right) => {
        expect(overlap(left, left)).toBe(true);
        expect(overlap(left, right)).toBe(overlap(right, left));
      }),
    );
  });
});
