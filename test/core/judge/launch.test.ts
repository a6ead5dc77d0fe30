import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Cache, type CacheTerms, holdPays, launch } from "../../../src/core/judge/launch.ts";

/** A prefix of 100,000 tokens at $4 per million, an hour worth $100: 5 s cost 14 cents, a follower saves 48. */
const dear: CacheTerms = {
  prefixTokens: 100_000,
  minimumTokens: 1_024,
  usdPerToken: 4e-6,
  writeMultiplier: 1.25,
  readMultiplier: 0.05,
  holdMs: 5_000,
  firstTokenMs: 4_500,
  usdPerHour: 100,
};

const of = (...prefixes: string[]) => prefixes.map((prefix, index) => ({ id: `${prefix}${index}`, prefix }));
const cold = (): Cache => "cold";

describe("attempts that start at the same time", () => {
  it("follow the first of their prefix", () => {
    expect(launch(of("a", "a", "a"), cold, () => dear)).toEqual([
      { id: "a0", holdMs: 0, why: "first of its prefix" },
      { id: "a1", holdMs: 5_000, why: "follows its leader" },
      { id: "a2", holdMs: 5_000, why: "follows its leader" },
    ]);
  });

  it("do not wait for another prefix", () => {
    expect(launch(of("a", "b"), cold, () => dear).map((one) => one.holdMs)).toEqual([0, 0]);
  });

  it("all start when the cache is warm", () => {
    const all = launch(
      of("a", "a"),
      () => "warm",
      () => dear,
    );
    expect(all.map(({ holdMs, why }) => [holdMs, why])).toEqual([
      [0, "the cache is warm"],
      [0, "the cache is warm"],
    ]);
  });

  it("follow a leader that started before them: a prefix has one leader at a time", () => {
    const all = launch(
      of("a", "a"),
      () => "leading",
      () => dear,
    );
    expect(all.map((one) => one.why)).toEqual(["follows its leader", "follows its leader"]);
  });

  it.each<[string, Partial<CacheTerms>]>([
    ["the prefix is too short to be cached", { prefixTokens: 1_023, usdPerToken: 1 }],
    ["the hold is switched off", { holdMs: 0 }],
    ["the first token comes later than anybody waits", { firstTokenMs: 5_001 }],
    ["reading costs as much as writing", { readMultiplier: 1.25 }],
    ["the time is worth more than the tokens", { usdPerHour: 1_000 }],
  ])("all start when %s", (_, terms) => {
    const all = launch(of("a", "a"), cold, () => ({ ...dear, ...terms }));
    expect(all.map(({ holdMs, why }) => [holdMs, why])).toEqual([
      [0, "first of its prefix"],
      [0, "a hold would not pay"],
    ]);
  });

  it("hold together when one alone would not be worth it: the wait is the same for all", () => {
    const cheap = { ...dear, prefixTokens: 20_000 };
    expect(holdPays(1, cheap)).toBe(false);
    expect(holdPays(2, cheap)).toBe(true);
    expect(
      launch(
        of("a"),
        () => "leading",
        () => cheap,
      )[0]?.holdMs,
    ).toBe(0);
    expect(
      launch(
        of("a", "a"),
        () => "leading",
        () => cheap,
      )[0]?.holdMs,
    ).toBe(5_000);
  });
});

describe("whatever starts", () => {
  const candidates = fc
    .array(fc.constantFrom("a", "b", "c"), { maxLength: 20 })
    .map((prefixes) => prefixes.map((prefix, index) => ({ id: `t${index}`, prefix })));
  const caches = fc.record({
    a: fc.constantFrom<Cache>("cold", "leading", "warm"),
    b: fc.constantFrom<Cache>("cold", "leading", "warm"),
    c: fc.constantFrom<Cache>("cold", "leading", "warm"),
  });
  const terms = fc.record({
    prefixTokens: fc.nat({ max: 200_000 }),
    minimumTokens: fc.constantFrom(512, 1_024, 4_096),
    usdPerToken: fc.constantFrom(1e-7, 2e-6, 4e-6, 1e-5),
    writeMultiplier: fc.constantFrom(1.25, 2),
    readMultiplier: fc.constantFrom(0.025, 0.05, 0.1),
    holdMs: fc.nat({ max: 5_000 }),
    firstTokenMs: fc.nat({ max: 10_000 }),
    usdPerHour: fc.nat({ max: 2_000 }),
  });

  it("every attempt is answered once, in its place, and waits no longer than the cap", () => {
    fc.assert(
      fc.property(candidates, caches, terms, (all, cache, given) => {
        const answers = launch(
          all,
          (prefix) => cache[prefix as "a"],
          () => given,
        );
        expect(answers.map((one) => one.id)).toEqual(all.map((one) => one.id));
        for (const { holdMs } of answers) expect([0, given.holdMs]).toContain(holdMs);
      }),
    );
  });

  it("nobody waits for a leader that does not exist", () => {
    fc.assert(
      fc.property(candidates, caches, terms, (all, cache, given) => {
        const answers = launch(
          all,
          (prefix) => cache[prefix as "a"],
          () => given,
        );
        for (const prefix of ["a", "b", "c"] as const) {
          const group = answers.filter((_, index) => all[index]?.prefix === prefix);
          const held = group.some((one) => one.holdMs > 0);
          const led = cache[prefix] === "leading" || group[0]?.holdMs === 0;
          expect(!held || led).toBe(true);
          if (cache[prefix] === "warm") expect(held).toBe(false);
        }
      }),
    );
  });

  it("a hold that pays for some pays for more", () => {
    fc.assert(
      fc.property(fc.nat({ max: 50 }), terms, (followers, given) => {
        if (holdPays(followers, given)) expect(holdPays(followers + 1, given)).toBe(true);
      }),
    );
  });
});
