/**
 * What models cost. Dated figures, not bills: list prices as of 2026-11-20. A model that is not listed has no price, and
 * whoever needs one must refuse: counting an unknown price as 0 would make every budget meaningless.
 */
import { type Price, type Usage, usdOf } from "../core/attempt.ts";

/** A cache write is the five-minute one. */
export type { Price } from "../core/attempt.ts";

const PRICES = new Map<string, Price>(
  Object.entries({
    "claude-haiku-5-5": { input: 0.1, output: 0.5, cacheRead: 0.01, cacheWrite: 0.125 },
    "claude-sonnet-5-5": { input: 2, output: 10, cacheRead: 0.1, cacheWrite: 2.5 },
    "claude-opus-5-5": { input: 4, output: 20, cacheRead: 0.2, cacheWrite: 5 },
    "claude-fable-5-2": { input: 8, output: 40, cacheRead: 0.2, cacheWrite: 10 },
    "claude-mythos-5-2": { input: 8, output: 40, cacheRead: 0.2, cacheWrite: 10 },
    "claude-opus-5": { input: 5, output: 25, cacheRead: 0.5, cacheWrite: 6.25 },
    "claude-haiku-4-5": { input: 1, output: 5, cacheRead: 0.1, cacheWrite: 1.25 },
  }),
);

/** The price of a model, of a dated version of it (`claude-haiku-4-5-20251001`) too; null when it is not known. */
export function listPriceOf(model: string): Price | null {
  return PRICES.get(model.replace(/-\d{8}$/, "")) ?? null;
}

/** Models with a price, for messages that refuse another one. */
export function pricedModels(): string[] {
  return [...PRICES.keys()];
}

/** Tokens as the Messages API counts them. */
interface Counted {
  input_tokens: number;
  output_tokens: number;
  cache_read_input_tokens: number | null;
  cache_creation_input_tokens: number | null;
}

/** Converts the usage of an answer, with its cost. */
export function usageOf(given: Counted, price: Price): Usage {
  const tokens = {
    inputTokens: given.input_tokens,
    outputTokens: given.output_tokens,
    cacheReadTokens: given.cache_read_input_tokens ?? 0,
    cacheWriteTokens: given.cache_creation_input_tokens ?? 0,
  };
  return { ...tokens, usd: usdOf(tokens, price) };
}
