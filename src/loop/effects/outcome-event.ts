import type { Event } from "../../core/event.ts";

/** Carries the outcome of an effect into the inbox of the aggregate that asked for it. */
export interface OutcomeEvent {
  aggregate: string;
  key: string;
  event: Event;
}
