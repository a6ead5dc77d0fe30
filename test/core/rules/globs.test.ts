import fc from "fast-check";
import picomatch from "picomatch";
import { describe, expect, it } from "vitest";
import { globMatches, isQuick, isSimple, stepsOf } from "../../../src/core/rules/globs.ts";

const name = fc.constantFrom("a", "ab", "b", ".a", "a.b", "ba.ab");
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join("/"));
const segment = fc.oneof(name, fc.constantFrom("**", "*", "a*", "*b", "a*b", "?", "?b", "*a*", "*.*", "a?*"));
const glob = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join("/"));

describe("a simple glob", () => {
  it("matches what a regular expression of it would match", () => {
    fc.assert(
      fc.property(glob, path, (pattern, one) => {
        // The regular expression takes `*/**` for everything below a folder, and `a/**` for the folder too.
        fc.pre(isSimple(pattern) && !/[*?][^/]*\/\*\*$/.test(pattern));
        expect(globMatches(pattern, one)).toBe(picomatch(pattern, { dot: true })(one));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("the steps of a glob", () => {
  const long = "a".repeat(1_000);

  it.each([
    ["**/.github/**", 1_000],
    ["**/*.lock", 1_000],
    ["*a*b", 4_000],
    ["{a,b}/**", 1_000],
    ["{a,b}/**/*.ts", 1_000_000],
  ])("of %s on a path of 1,000 characters are at most %i", (pattern, most) => {
    expect(stepsOf(pattern, long)).toBe(most);
  });

  it("are none where the glob is not tried at all", () => {
    expect(isQuick("+(a)", long)).toBe(false);
    expect(stepsOf("+(a)", long)).toBe(0);
  });
});
