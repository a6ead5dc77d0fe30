/**
 * Follows a feature by its history, and resolves when the feature rests. Decides each event again with the same pure core,
 * which gives the states before and after it.
 */
import { z } from "zod";
import { decide } from "../../core/decide.ts";
import { FeatureEvent } from "../../core/event.ts";
import { FeatureState } from "../../core/feature/state.ts";
import { entryOf, landingOf } from "../../core/feature/task.ts";
import { activityOf } from "../../core/rules/activity.ts";
import type { Store } from "../../loop/store-port.ts";

export interface Happened {
  at: number;
  event: FeatureEvent;
  before: FeatureState | null;
  state: FeatureState;
}

export interface Watch {
  /** Reads the history again. Call it when something was decided. */
  wake(): void;
  /** Resolves with the next state in which nothing happens without a person. Never resolves twice for the same rest. */
  rest(): Promise<FeatureState>;
  /** The last state read; null: nothing has happened yet. */
  state(): FeatureState | null;
  /** Stops showing events. */
  stop(): void;
}

export function watch(
  store: Store,
  aggregate: string,
  show: (happened: Happened) => void,
  failed: (defect: string) => void,
): Watch {
  const follower = follow(store, aggregate, failed);
  let stopped = false;
  let behind = true;
  let alarm = () => {};
  let lastRest: string | null = null;

  async function catchUp(): Promise<void> {
    while (behind) {
      behind = false;
      for (const happened of await follower.next()) if (!stopped) show(happened);
    }
  }

  return {
    wake() {
      behind = true;
      alarm();
    },
    async rest() {
      for (;;) {
        await catchUp();
        const state = follower.state();
        const rest = state === null || activityOf(state) === "going" ? null : fingerprintOf(state);
        if (state !== null && rest !== null && rest !== lastRest) {
          lastRest = rest;
          return state;
        }
        // After it continued, the same rest is another one.
        lastRest = rest;
        await new Promise<void>((resolve) => {
          alarm = resolve;
          if (behind) resolve();
        });
      }
    },
    state: () => follower.state(),
    stop() {
      stopped = true;
    },
  };
}

/** Renders what distinguishes two rests, so that a command that changed nothing does not end a rest. */
function fingerprintOf({ stage, hold, parked, tasks }: FeatureState): string {
  const ends = tasks.map((task) => [task.stage, task.attempts.length, landingOf(task)?.order, entryOf(task)?.standing]);
  return JSON.stringify([stage, hold, parked, ends]);
}

interface Follower {
  /** Returns the events since the last call, oldest first. */
  next(): Promise<Happened[]>;
  /** The state after the last event returned. */
  state(): FeatureState | null;
}

const PAGE = 200;

/** An event that the core cannot decide stopped the feature. Deciding it here would throw again. */
const Defect = z.object({ defect: z.string() });

function follow(store: Store, aggregate: string, failed: (defect: string) => void): Follower {
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
          const defect = Defect.safeParse(row.outcome);
          if (defect.success) {
            failed(defect.data.defect);
            continue;
          }
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
