import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type CacheTerms,
  holdPays,
  launch,
  MINIMUM_PREFIX_TOKENS,
  prefixOf,
  type Use,
} from "../../../src/core/rules/launch.ts";

/** A prefix of 100,000 tokens at $4 per million, an hour worth $100: 5 s cost 14 cents, a follower saves 48. */
const dear: CacheTerms = {
  prefixTokens: 100_000,
  price: { cacheRead: 0.2, cacheWrite: 5 },
  holdMs: 5_000,
  usdPerHour: 100,
};

const AT = 1_000_000;
const of = (...prefixes: string[]) => prefixes.map((prefix, index) => ({ id: `${prefix}${index}`, prefix }));
/** An attempt of prefix `a` that was dispatched two seconds ago and whose run has not been seen. */
const sent: Use = { id: "old", prefix: "a", dispatchedAt: AT - 2_000, startedAt: null, endedAt: null };
const at = (candidates: ReturnType<typeof of>, uses: Use[] = [], terms: CacheTerms | null = dear) =>
  launch(candidates, uses, () => terms, AT);
const whys = (...given: Parameters<typeof at>) => at(...given).map((one) => one.why);

describe("attempts that start at the same time", () => {
  it("follow the first of their prefix", () => {
    expect(at(of("a", "a", "a"))).toEqual([
      { id: "a0", leader: null, until: null, why: "first-of-prefix" },
      { id: "a1", leader: "a0", until: AT + 5_000, why: "follows-leader" },
      { id: "a2", leader: "a0", until: AT + 5_000, why: "follows-leader" },
    ]);
  });

  it("do not wait for another prefix", () => {
    expect(whys(of("a", "b"))).toEqual(["first-of-prefix", "first-of-prefix"]);
  });

  it("follow a leader that started before them, until its time is up and not from then on", () => {
    expect(at(of("a", "a"), [sent])).toEqual([
      { id: "a0", leader: "old", until: AT + 3_000, why: "follows-leader" },
      { id: "a1", leader: "old", until: AT + 3_000, why: "follows-leader" },
    ]);
    expect(whys(of("a"), [{ ...sent, dispatchedAt: AT - 4_999 }])).toEqual(["follows-leader"]);
    expect(whys(of("a", "a"), [{ ...sent, dispatchedAt: AT - 5_000 }])).toEqual(["leader-late", "leader-late"]);
  });

  it("do not wait for what a clock that was set back has put into the future", () => {
    expect(whys(of("a"), [{ ...sent, dispatchedAt: AT + 1 }])).toEqual(["leader-late"]);
  });

  it.each<[string, Partial<Use>]>([
    ["is at work", { startedAt: AT - 1_000 }],
    ["ended less than five minutes ago", { startedAt: AT - 600_000, endedAt: AT - 299_999 }],
  ])("all start when one of their prefix %s", (_, use) => {
    expect(whys(of("a", "a"), [{ ...sent, ...use }])).toEqual(["cache-warm", "cache-warm"]);
  });

  it.each<[string, Partial<Use>]>([
    ["ended five minutes ago", { startedAt: AT - 600_000, endedAt: AT - 300_000 }],
    ["ended without having been at work", { endedAt: AT - 1_000 }],
    ["was of another prefix", { prefix: "b", startedAt: AT - 1_000 }],
  ])("begin anew when the last one %s", (_, use) => {
    expect(whys(of("a", "a"), [{ ...sent, ...use }])).toEqual(["first-of-prefix", "follows-leader"]);
  });

  it.each<[string, Partial<CacheTerms>]>([
    [
      "the prefix is too short to be cached",
      { prefixTokens: MINIMUM_PREFIX_TOKENS - 1, price: { cacheRead: 0, cacheWrite: 1e6 } },
    ],
    ["the hold is switched off", { holdMs: 0 }],
    ["the first token comes later than anybody waits", { prefixTokens: 112_501, usdPerHour: 0 }],
    ["reading costs as much as writing", { price: { cacheRead: 5, cacheWrite: 5 } }],
    ["the time is worth more than the tokens", { usdPerHour: 1_000 }],
  ])("all start when %s", (_, terms) => {
    const given = { ...dear, ...terms };
    expect(whys(of("a", "a"), [], given)).toEqual(["first-of-prefix", "hold-too-dear"]);
    expect(whys(of("a", "a"), [sent], given)).toEqual(["hold-too-dear", "hold-too-dear"]);
  });

  it("all start when the price of the model is unknown", () => {
    expect(whys(of("a", "a"), [], null)).toEqual(["first-of-prefix", "hold-too-dear"]);
  });

  it("hold together when one alone would not be worth it: the wait is the same for all", () => {
    const cheap = { ...dear, prefixTokens: 20_000 };
    expect(holdPays(1, cheap)).toBe(false);
    expect(holdPays(2, cheap)).toBe(true);
    expect(whys(of("a"), [sent], cheap)).toEqual(["hold-too-dear"]);
    expect(whys(of("a", "a"), [sent], cheap)).toEqual(["follows-leader", "follows-leader"]);
  });
});

describe("a prefix", () => {
  it("is shared by attempts on one model that may do the same", () => {
    expect(prefixOf("m", "build")).toBe(prefixOf("m", "repair"));
    expect(prefixOf("m", "build")).not.toBe(prefixOf("n", "build"));
    expect(prefixOf("m", "build")).not.toBe(prefixOf("m", "research"));
  });
});

describe("whatever starts", () => {
  const prefix = fc.constantFrom("a", "b", "c");
  const candidates = fc
    .array(prefix, { maxLength: 20 })
    .map((prefixes) => prefixes.map((one, index) => ({ id: `t${index}`, prefix: one })));
  const time = fc.integer({ min: AT - 400_000, max: AT + 10_000 });
  const uses = fc.array(
    fc.record({
      id: fc.constantFrom("x", "y"),
      prefix,
      dispatchedAt: time,
      startedAt: fc.option(time),
      endedAt: fc.option(time),
    }),
    { maxLength: 5 },
  );
  const terms = fc.record({
    prefixTokens: fc.nat({ max: 200_000 }),
    price: fc.record({
      cacheRead: fc.constantFrom(0.01, 0.1, 0.2, 0.5),
      cacheWrite: fc.constantFrom(0.125, 2.5, 5, 10),
    }),
    holdMs: fc.nat({ max: 30_000 }),
    usdPerHour: fc.nat({ max: 2_000 }),
  });

  it("every attempt is answered once, in its place, and waits no longer than the cap", () => {
    fc.assert(
      fc.property(candidates, uses, terms, (all, before, given) => {
        const answers = launch(all, before, () => given, AT);
        expect(answers.map((one) => one.id)).toEqual(all.map((one) => one.id));
        for (const { until } of answers) {
          if (until === null) continue;
          expect(until).toBeGreaterThan(AT);
          expect(until).toBeLessThanOrEqual(AT + given.holdMs);
        }
      }),
    );
  });

  it("no attempt waits for a leader that does not exist, or once the cache is warm", () => {
    fc.assert(
      fc.property(candidates, uses, terms, (all, before, given) => {
        const answers = launch(all, before, () => given, AT);
        for (const [index, { leader }] of answers.entries()) {
          if (leader === null) continue;
          const mine = all[index]?.prefix;
          const goes = all.some((one, at) => one.id === leader && one.prefix === mine && answers[at]?.until === null);
          const went = before.some((use) => use.id === leader && use.prefix === mine && use.endedAt === null);
          expect(goes || went).toBe(true);
          expect(before.some((use) => use.prefix === mine && use.startedAt !== null && use.endedAt === null)).toBe(
            false,
          );
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
