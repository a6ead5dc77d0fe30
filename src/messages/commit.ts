/** The messages of our commits, and reading back whose one is. */
import type { Effect } from "../core/effect.ts";
import type { Repo } from "../core/github.ts";
import { featureKey } from "../core/keys.ts";
import { pullTitle } from "./pull.ts";

type EffectOf<Type extends Effect["type"]> = Extract<Effect, { type: Type }>;

export function commitMessage(effect: EffectOf<"change.promote">): string {
  return `${pullTitle(effect)}\n\n${trailers(effect)}\n`;
}

export function revertMessage(effect: EffectOf<"revert.write">): string {
  return `${pullTitle(effect)}\n\nThis reverts commit ${effect.merge}.\n\n${trailers(effect)}\n`;
}

function trailers({ repo, issue, id }: { repo: Repo; issue: number; id: string }): string {
  return `Headgate-Feature: ${featureKey(repo, issue)}\nHeadgate-Attempt: ${id}`;
}

/** The attempt that made a commit, such as `12/parser/2`; null: it is none of ours. A revert counts as attempt 0. */
export function attemptOfMessage(message: string): string | null {
  // Trailers are the last paragraph. The first is the title: an agent's plan may have written that.
  const paragraphs = message
    .replaceAll("\r\n", "\n")
    .trim()
    .split(/\n{2,}/);
  const last = paragraphs.length > 1 ? (paragraphs.at(-1) ?? "") : "";
  return /^Headgate-Attempt: (\d+\/[a-z0-9-]+\/\d+)$/m.exec(last)?.[1] ?? null;
}
