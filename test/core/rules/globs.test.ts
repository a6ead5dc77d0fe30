import fc from "fast-check";
import picomatch from "picomatch";
import { describe, expect, it } from "vitest";
import { globMatches, isSimple, matcherOfRegular, matcherOfSimple } from "../../../src/core/rules/globs.ts";

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
  const deep = Array(64).fill("a").join("/");
  const long = "a".repeat(960);

  function taken(matches: (path: string, steps: { left: number }) => boolean, path: string): number {
    const steps = { left: 0 };
    matches(path, steps);
    return 0 - steps.left;
  }

  it.each([
    // Reads 64 names, and looks at each once.
    ["a/**/b", deep, 128],
    // Tries the thirty names again behind each of the others.
    [`**/${"*a/".repeat(30)}b`, deep, 64 + 35 * 31],
    // Tries the characters behind the last star again at every place.
    ["**/*aaaaaaaaa?b", long, 10_000],
    // Searches for a text, which passes many characters at once.
    ["**/.github/**", long, 30],
  ])("of %s are those that it took", (pattern, path, least) => {
    expect(taken(matcherOfSimple(pattern), path)).toBeGreaterThanOrEqual(least);
    expect(taken(matcherOfSimple(pattern), path)).toBeLessThan(2 * least);
  });

  it("of a regular expression are the most possible ones, and it is not tried where they are too many", () => {
    const never = () => {
      throw new Error("it was tried");
    };
    expect(
      taken(
        matcherOfRegular("{a,b}/**", (one) => one !== "", false),
        long,
      ),
    ).toBe(long.length + long.length / 32);
    expect(taken(matcherOfRegular("+(a)", never, false), long)).toBe(0);
    expect(matcherOfRegular("{a,b}*c*d*e", never, true)(long)).toBe(true);
    expect(matcherOfRegular("{a,b}*c*d*e", never, false)(long)).toBe(false);
  });
});
