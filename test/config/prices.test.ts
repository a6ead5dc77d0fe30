import { expect, test } from "vitest";
import { listPriceOf, pricedModels } from "../../src/config/prices.ts";
import { usdOf } from "../../src/core/attempt.ts";

test("a dated version costs what its model costs, and an unknown model has no price", () => {
  expect(listPriceOf("claude-haiku-4-5-20251001")).toEqual(listPriceOf("claude-haiku-4-5"));
  expect(listPriceOf("claude-haiku-4-5")).not.toBeNull();
  for (const unknown of ["claude-haiku", "claude-haiku-4-5-latest", "toString", ""])
    expect(listPriceOf(unknown)).toBeNull();
});

test("every listed model has a price, and reading the cache is its cheapest input", () => {
  for (const model of pricedModels()) {
    const { input, output, cacheRead, cacheWrite } = listPriceOf(model)!;
    expect([cacheRead, input, cacheWrite, output]).toEqual(
      [cacheRead, input, cacheWrite, output].toSorted((a, b) => a - b),
    );
    expect(cacheRead).toBeGreaterThan(0);
  }
});

test("dollars count each kind of token at its own price", () => {
  const million = 1_000_000;
  const tokens = { inputTokens: million, outputTokens: million, cacheReadTokens: million, cacheWriteTokens: million };
  expect(usdOf(tokens, { input: 1, output: 2, cacheRead: 4, cacheWrite: 8 })).toBe(15);
});
