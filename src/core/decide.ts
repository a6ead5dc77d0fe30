/**
 * The one door into the core: an aggregate's state and an event in, its next state and what to do out. Pure: no clock, no
 * chance, no calls; the same input gives the same output.
 */
import type { Effect } from "./effect.ts";
import type { Ignored } from "./event.ts";
import { FeatureEvent, LaneEvent } from "./event.ts";
import { decideFeature, featureRoutes } from "./feature/decide.ts";
import { FEATURE_SCHEMA, FeatureState, isOver } from "./feature/state.ts";
import { isLane, issueOf } from "./keys.ts";
import { decideLane, laneRoutes } from "./lane/decide.ts";
import { LANE_SCHEMA, LaneState } from "./lane/state.ts";
import { type Migrated, migrateFeature, migrateLane } from "./migrations/index.ts";

export interface Envelope {
  id: string;
  at: number;
  event: unknown;
}

export interface Decision {
  state: State;
  schema: number;
  effects: Effect[];
  ignored: Ignored | null;
  /** Topics whose hints the aggregate wants from now on. */
  routes: string[];
  /** Nothing more comes of it by itself: the feature is over, or there is none. */
  over: boolean;
}

/** The state of an aggregate, once read. null: it does not exist yet. */
export type State = FeatureState | LaneState | null;

/** A snapshot that this version cannot read. Nothing was changed. */
export class Unreadable extends Error {}

/** `stored` comes from outside: it is brought to the present schema and parsed. */
export function read(aggregate: string, stored: { state: unknown; schema: number } | null): State {
  if (stored === null) return null;
  return isLane(aggregate)
    ? load(LaneState, migrateLane(stored), aggregate)
    : load(FeatureState, migrateFeature(stored), aggregate);
}

/** Returns the numbers of the issues whose work the aggregate carries. */
export function issuesOf(state: Exclude<State, null>): number[] {
  if ("issue" in state) return [state.issue.number];
  return [...new Set(state.entries.map(({ feature }) => issueOf(feature)))];
}

export function decide(
  aggregate: string,
  stored: { state: unknown; schema: number } | null,
  envelope: Envelope,
): Decision {
  return decideFrom(aggregate, read(aggregate, stored), envelope);
}

/** Decides like `decide`, on a state that was read or decided before. Copies it, because others may still hold it. */
export function decideOn(aggregate: string, state: State, envelope: Envelope): Decision {
  return decideFrom(aggregate, copied(state), envelope);
}

/** Mutates `state` into the next one: callers pass a state that nobody else holds. */
function decideFrom(aggregate: string, state: State, envelope: Envelope): Decision {
  if (isLane(aggregate)) {
    const before = state as LaneState | null;
    const event = LaneEvent.safeParse(envelope.event);
    const decision = event.success ? decideLane(before, { ...envelope, event: event.data }) : unreadable(before);
    const lane = decision.state;
    return { ...decision, schema: LANE_SCHEMA, routes: lane === null ? [] : laneRoutes(lane), over: lane === null };
  }
  const before = state as FeatureState | null;
  const event = FeatureEvent.safeParse(envelope.event);
  const decision = event.success ? decideFeature(before, { ...envelope, event: event.data }) : unreadable(before);
  const feature = decision.state;
  const over = feature === null || isOver(feature);
  return { ...decision, schema: FEATURE_SCHEMA, routes: feature === null ? [] : featureRoutes(feature), over };
}

/** A state is plain data, which this copies several times as fast as `structuredClone` or a parse. */
function copied<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(copied) as T;
  const copy = { ...value } as Record<string, unknown>;
  for (const [key, part] of Object.entries(value)) {
    if (typeof part === "object" && part !== null) copy[key] = copied(part);
  }
  return copy as T;
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

function unreadable<State>(state: State): { state: State; effects: Effect[]; ignored: Ignored } {
  return { state, effects: [], ignored: "unreadable" };
}
