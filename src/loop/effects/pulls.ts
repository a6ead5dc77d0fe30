/** Effects on pull requests and branches: at most one changing call each. */
import type { EffectOf } from "../../core/effect.ts";
import type { FeatureEvent, LaneEvent } from "../../core/event.ts";
import { pullBody, pullTitle } from "../../messages/pull.ts";
import { Unavailable } from "../github-port.ts";
import type { Outside } from "../outside.ts";

export async function openPull(outside: Outside, effect: EffectOf<"pull.open">): Promise<FeatureEvent> {
  const { number } = await outside.github.openPull(effect.repo, {
    head: effect.branch,
    base: effect.base,
    commit: effect.head,
    title: pullTitle(effect),
    body: pullBody(effect),
  });
  return { type: "pull.opened", task: effect.task, pull: number };
}

export async function updatePull(outside: Outside, effect: EffectOf<"pull.update">): Promise<LaneEvent> {
  const outcome = await outside.github.updatePull(effect.repo, effect.pull, effect.head);
  return { type: "pull.updated", pull: effect.pull, outcome };
}

export async function rerunChecks(outside: Outside, effect: EffectOf<"checks.rerun">): Promise<LaneEvent> {
  await outside.github.rerun(effect.repo, effect.head, effect.checks);
  return { type: "checks.rerun", pull: effect.pull, head: effect.head };
}

/**
 * Never tried again from here: what was judged before a pause says nothing about after it. The core looks and decides anew.
 */
export async function mergePull(outside: Outside, effect: EffectOf<"pull.merge">): Promise<LaneEvent> {
  const event = { type: "pull.merged" as const, pull: effect.pull, head: effect.head };
  try {
    const outcome = await outside.github.mergePull(effect.repo, effect.pull, {
      head: effect.head,
      method: effect.method,
      title: `${pullTitle(effect)} (#${effect.pull})`,
    });
    return { ...event, outcome };
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    return { ...event, outcome: { outcome: "unknown", message: error.message, afterMs: error.afterMs ?? 0 } };
  }
}
