/**
 * States of older versions, step by step to the present one. A step takes what its version stored and gives what the next
 * one stores; nothing is ever taken out of here. A newer state is refused and not touched.
 */
import { FEATURE_SCHEMA } from "../feature/state.ts";
import { LANE_SCHEMA } from "../lane/state.ts";
import { featureSteps } from "./feature.ts";
import { NotIdentified } from "./identity.ts";
import { laneSteps } from "./lane.ts";
import type { Step } from "./step.ts";

/** The versions of what this process stores, by kind. The store keeps an older process away from newer ones. */
export const SCHEMAS = { feature: FEATURE_SCHEMA, lane: LANE_SCHEMA };

/** The App cannot see the repository. It is asked about again with each sweep. */
const NOT_IDENTIFIED = "GitHub did not name its repository's id: install the App there";

export type Migrated = { ok: true; state: unknown } | { ok: false; reason: string };

export function migrateFeature(stored: { state: unknown; schema: number }): Migrated {
  return migrate(stored, FEATURE_SCHEMA, featureSteps);
}

export function migrateLane(stored: { state: unknown; schema: number }): Migrated {
  return migrate(stored, LANE_SCHEMA, laneSteps);
}

function migrate(stored: { state: unknown; schema: number }, present: number, steps: Record<number, Step>): Migrated {
  if (stored.schema > present) {
    return {
      ok: false,
      reason: `it was stored with schema ${stored.schema}, and this version reads up to ${present}: update Headgate`,
    };
  }
  let { state } = stored;
  for (let version = stored.schema; version < present; version++) {
    const step = steps[version];
    if (step === undefined || typeof state !== "object" || state === null) {
      return { ok: false, reason: `no way leads from schema ${version} to ${version + 1}` };
    }
    try {
      state = step(state as Record<string, unknown>);
    } catch (error) {
      if (error instanceof NotIdentified) return { ok: false, reason: NOT_IDENTIFIED };
      return { ok: false, reason: `it is not what schema ${version} stored` };
    }
  }
  return { ok: true, state };
}
