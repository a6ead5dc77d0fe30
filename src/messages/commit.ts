/** The messages of Headgate's commits. */
import type { Effect } from "../core/effect.ts";
import { attemptTrailers } from "./markers.ts";
import { pullTitle } from "./pull.ts";

type EffectOf<Type extends Effect["type"]> = Extract<Effect, { type: Type }>;

export function commitMessage(effect: EffectOf<"change.write">): string {
  return `${pullTitle(effect)}\n\n${attemptTrailers(effect)}\n`;
}

export function revertMessage(effect: EffectOf<"revert.write">): string {
  return `${pullTitle(effect)}\n\nThis reverts commit ${effect.merge}.\n\n${attemptTrailers(effect)}\n`;
}
