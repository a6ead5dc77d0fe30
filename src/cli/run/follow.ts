/**
 * Follows a feature by its history. Each event is decided again with the same pure core, which gives the states before and
 * after it: what is shown is exactly what happened.
 */
import { decide } from "../../core/decide.ts";
import { FeatureEvent } from "../../core/event.ts";
import { FeatureState } from "../../core/feature/state.ts";
import type { Store } from "../../loop/store-port.ts";

export interface Happened {
  at: number;
  event: FeatureEvent;
  before: FeatureState | null;
  state: FeatureState;
}

export interface Follower {
  /** The events since the last call, oldest first. */
  next(): Promise<Happened[]>;
  /** The state after the last event returned. */
  state(): FeatureState | null;
}

const PAGE = 200;

export function follow(store: Store, aggregate: string): Follower {
  let seq = 0;
  let stored: { state: unknown; schema: number } | null = null;
  let current: FeatureState | null = null;
  return {
    async next() {
      const happened: Happened[] = [];
      for (;;) {
        const rows = await store.history(aggregate, seq, PAGE);
        for (const row of rows) {
          seq = row.seq;
          const event = FeatureEvent.safeParse(row.event);
          if (!event.success) continue;
          const at = Date.parse(row.at);
          const decision = decide(aggregate, stored, { id: row.key, at, event: row.event });
          if (decision.state === null) continue;
          const before = current;
          stored = { state: decision.state, schema: decision.schema };
          current = FeatureState.parse(decision.state);
          happened.push({ at, event: event.data, before, state: current });
        }
        if (rows.length < PAGE) return happened;
      }
    },
    state: () => current,
  };
}
