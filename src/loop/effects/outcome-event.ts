import type { Event } from "../../core/event.ts";

/** One run of an effect. */
export interface EffectRun {
  /** The aggregate that asked for it. */
  aggregate: string;
  /** It did not run before, so that there is nothing to find that it may have made. */
  isFirst: boolean;
}

/** Carries the outcome of an effect into the inbox of the aggregate that asked for it. */
export interface OutcomeEvent {
  aggregate: string;
  key: string;
  event: Event;
}
