/** Distributions that work and waiting follow. */
import type { Chance } from "../simulation/chance.ts";

function normal(chance: Chance): number {
  return Math.sqrt(-2 * Math.log(1 - chance.next())) * Math.cos(2 * Math.PI * chance.next());
}

/** `variation`: the standard deviation as a share of the mean. */
export function lognormal(chance: Chance, mean: number, variation: number): number {
  const spread = Math.log(1 + variation ** 2);
  return mean * Math.exp(Math.sqrt(spread) * normal(chance) - spread / 2);
}

export function exponential(chance: Chance, mean: number): number {
  return -mean * Math.log(1 - chance.next());
}
