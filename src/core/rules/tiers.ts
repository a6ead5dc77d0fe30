/** Chooses the model of an attempt. Its kind and the task's size choose a tier, and every failed try raises it by one. */
import type { AttemptKind } from "../attempt.ts";
import type { Size } from "../plan.ts";

export const TIERS = ["small", "middle", "large"] as const;
export type Tier = (typeof TIERS)[number];

/** The first tier of each kind of work. Errors in planning and resolving are expensive; research only reads. */
const beginnings: Record<AttemptKind | "plan", Tier> = {
  plan: "large",
  research: "small",
  build: "middle",
  repair: "middle",
  review: "middle",
  resolve: "large",
};

/** `failures`: the tries that the task has spent on its own faults. A large task builds one tier higher from the start. */
export function tierFor(kind: AttemptKind | "plan", size: Size, failures: number): Tier {
  const begin = TIERS.indexOf(beginnings[kind]);
  const higher = (size === "L" && (kind === "build" || kind === "repair") ? 1 : 0) + Math.max(0, failures);
  return TIERS[Math.min(begin + higher, TIERS.length - 1)] ?? "large";
}
