/** Effects that people see. Words are rendered when sent, from the state as it is then. */
import type { EffectOf } from "../../core/effect.ts";
import type { FeatureEvent } from "../../core/event.ts";
import { FeatureState } from "../../core/feature/state.ts";
import { noticeMarker, planMarker, statusMarker } from "../../messages/markers.ts";
import { noticeComment } from "../../messages/notices.ts";
import { planComment } from "../../messages/plan.ts";
import { statusComment } from "../../messages/status.ts";
import type { Outside } from "../outside.ts";
import type { Inside } from "../remembered.ts";

async function present(inside: Inside, aggregate: string): Promise<FeatureState | null> {
  const snapshot = await inside.store.snapshot(aggregate);
  if (snapshot === null) return null;
  const remembered = inside.remembered.at(aggregate, snapshot.seq) as FeatureState | null | undefined;
  return remembered ?? FeatureState.parse(snapshot.state);
}

export async function publishStatus(
  inside: Inside,
  aggregate: string,
  effect: EffectOf<"status.publish">,
): Promise<void> {
  const state = await present(inside, aggregate);
  if (state === null) return;
  const body = statusComment(state, inside.now());
  await inside.github.upsertComment(effect.repo, effect.issue, statusMarker(), body, null);
}

/** Told with the version that the comment shows, which may be a later one than was asked for. */
export async function publishPlan(
  inside: Inside,
  aggregate: string,
  effect: EffectOf<"plan.publish">,
): Promise<FeatureEvent> {
  const state = await present(inside, aggregate);
  const version = state?.plan?.version ?? effect.version;
  if (state !== null && state.plan !== null) {
    await inside.github.upsertComment(effect.repo, effect.issue, planMarker(), planComment(state), null);
  }
  return { type: "plan.shown", version };
}

export async function postNotice(outside: Outside, effect: EffectOf<"notice.post">): Promise<void> {
  const { repo, issue, notice } = effect;
  await outside.github.upsertComment(repo, issue, noticeMarker(notice), noticeComment(notice), null);
}
