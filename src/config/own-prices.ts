/**
 * Prices that a deployment states itself (`HEADGATE_PRICES`), for models that the table does not know: a model of its
 * own, or one newer than the table. A stated price also stands over the table's.
 */
import { z } from "zod";
import type { Price } from "./prices.ts";
import { listPriceOf } from "./prices.ts";

const Dollars = z.number().nonnegative();

/** Model names to US dollars per million tokens. */
export const OwnPrices = z.record(
  z.string().min(1),
  z.strictObject({ input: Dollars, output: Dollars, cacheRead: Dollars, cacheWrite: Dollars }),
);
export type OwnPrices = z.infer<typeof OwnPrices>;

/** Looks up what a model costs; null: unknown, and callers must refuse. */
export type PriceLookup = (model: string) => Price | null;

export function pricesWith(own: OwnPrices): PriceLookup {
  const stated = new Map(Object.entries(own));
  return (model) => stated.get(model) ?? listPriceOf(model);
}
