/** Work to schedule: tasks with what they really take, which only the simulation knows, and the size a planner gave them. */
import type { Size } from "../../../src/core/plan.ts";
import type { Chance } from "../../simulation/chance.ts";
import { lognormal } from "../draw.ts";

export interface Job {
  id: string;
  dependsOn: string[];
  size: Size;
  /** Seconds. */
  takes: number;
}

/** Seconds that a task takes on average. */
export const MEAN_SECONDS = 600;

/** How far estimates are off: the coefficient of variation of a lognormal factor. */
export const ESTIMATE_ERROR = 0.5;

/** A planner who thinks of small, middle and large as 5, 10 and 20 minutes; the borders are the geometric means. */
export function sizeOf(estimatedSeconds: number): Size {
  if (estimatedSeconds < MEAN_SECONDS / Math.SQRT2) return "S";
  return estimatedSeconds < MEAN_SECONDS * Math.SQRT2 ? "M" : "L";
}

/**
 * 6 to 20 tasks that depend on tasks before them, as in a plan written from top to bottom: on at most one, two or three
 * each, so that wide plans (bounded by the slots) come up as often as deep ones (bounded by their longest chain).
 */
export function drawPlan(chance: Chance): Job[] {
  const count = chance.between(6, 20);
  const most = chance.between(1, 3);
  const variation = 0.6 + 0.4 * chance.next();
  return Array.from({ length: count }, (_, index) => {
    const takes = lognormal(chance, MEAN_SECONDS, variation);
    const size = sizeOf(takes * lognormal(chance, 1, ESTIMATE_ERROR));
    const dependsOn = new Set<string>();
    const wanted = Math.min(index, chance.between(0, most));
    while (dependsOn.size < wanted) dependsOn.add(`t${chance.between(0, index - 1)}`);
    return { id: `t${index}`, dependsOn: [...dependsOn], size, takes };
  });
}
