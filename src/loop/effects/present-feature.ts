import { read } from "../../core/decide.ts";
import { FeatureState } from "../../core/feature/state.ts";
import type { Repo } from "../../core/github.ts";
import { featureKey } from "../../core/keys.ts";
import type { Inside } from "../memory/states.ts";
import type { Store } from "../store-port.ts";

/** Reads the feature as it is now, not as it was when the effect was asked for. null: there is none. */
export async function presentFeature(inside: Inside, aggregate: string): Promise<FeatureState | null> {
  const snapshot = await inside.store.snapshot(aggregate);
  if (snapshot === null) return null;
  const remembered = inside.remembered.at(aggregate, snapshot.seq) as FeatureState | null | undefined;
  return remembered ?? FeatureState.parse(snapshot.state);
}

/** Finds the last life of an issue's feature. `state` null: none has begun, though a command may have left a row. */
export async function presentLife(
  store: Pick<Store, "snapshot">,
  repo: Repo,
  issue: number,
): Promise<{ aggregate: string; state: FeatureState | null }> {
  const first = featureKey(repo, issue);
  let found = { aggregate: first, state: await stateOf(store, first) };
  while (found.state?.life.isFormer === true) {
    const aggregate = featureKey(repo, issue, found.state.life.number + 1);
    const state = await stateOf(store, aggregate);
    // It has been asked for, and its first event is not decided yet.
    if (state === null) return found;
    found = { aggregate, state };
  }
  return found;
}

async function stateOf(store: Pick<Store, "snapshot">, aggregate: string): Promise<FeatureState | null> {
  const snapshot = await store.snapshot(aggregate);
  return snapshot === null || snapshot.state === null ? null : (read(aggregate, snapshot) as FeatureState);
}
