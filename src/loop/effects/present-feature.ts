import { FeatureState } from "../../core/feature/state.ts";
import type { Inside } from "../memory/states.ts";

/** Reads the feature as it is now, not as it was when the effect was asked for. null: there is none. */
export async function presentFeature(inside: Inside, aggregate: string): Promise<FeatureState | null> {
  const snapshot = await inside.store.snapshot(aggregate);
  if (snapshot === null) return null;
  const remembered = inside.remembered.at(aggregate, snapshot.seq) as FeatureState | null | undefined;
  return remembered ?? FeatureState.parse(snapshot.state);
}
