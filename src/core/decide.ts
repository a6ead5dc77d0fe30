/**
 * The one door into the core: an aggregate's state and an event in, its next state and what to do out. Pure: no clock, no
 * chance, no calls; the same input gives the same output.
 */
import type { Command } from "./command.ts";
import type { Ignored } from "./event.ts";
import { FeatureEvent, LaneEvent } from "./event.ts";
import { decideFeature, featureRoutes } from "./feature/decide.ts";
import { FEATURE_SCHEMA, FeatureState } from "./feature/state.ts";
import { isLane } from "./keys.ts";
import { decideLane, laneRoutes } from "./lane/decide.ts";
import { LANE_SCHEMA, LaneState } from "./lane/state.ts";
import { type Migrated, migrateFeature, migrateLane } from "./migrations.ts";

export interface Decision {
  /** null: the aggregate does not exist (yet). */
  state: unknown;
  schema: number;
  commands: Command[];
  ignored: Ignored | null;
  /** Topics whose hints the aggregate wants from now on. */
  routes: string[];
}

/** A snapshot that this version cannot read. Nothing was changed. */
export class Unreadable extends Error {}

export function decide(
  aggregate: string,
  stored: { state: unknown; schema: number } | null,
  envelope: { id: string; at: number; event: unknown },
): Decision {
  if (isLane(aggregate)) {
    const state = stored === null ? null : load(LaneState, migrateLane(stored), aggregate);
    const event = LaneEvent.safeParse(envelope.event);
    const decision = event.success ? decideLane(state, { ...envelope, event: event.data }) : unreadable(state);
    return { ...decision, schema: LANE_SCHEMA, routes: decision.state === null ? [] : laneRoutes(decision.state) };
  }
  const state = stored === null ? null : load(FeatureState, migrateFeature(stored), aggregate);
  const event = FeatureEvent.safeParse(envelope.event);
  const decision = event.success ? decideFeature(state, { ...envelope, event: event.data }) : unreadable(state);
  return { ...decision, schema: FEATURE_SCHEMA, routes: decision.state === null ? [] : featureRoutes(decision.state) };
}

interface Schema<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false; error: { message: string } };
}

function load<T>(schema: Schema<T>, migrated: Migrated, aggregate: string): T {
  if (!migrated.ok) throw new Unreadable(`${aggregate} cannot be read: ${migrated.reason}`);
  const parsed = schema.safeParse(migrated.state);
  if (!parsed.success) throw new Unreadable(`${aggregate}: the stored state does not parse: ${parsed.error.message}`);
  return parsed.data;
}

function unreadable<State>(state: State): { state: State; commands: Command[]; ignored: Ignored } {
  return { state, commands: [], ignored: "unreadable" };
}
