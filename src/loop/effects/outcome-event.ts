import type { Event } from "../../core/event.ts";

/** An outcome on its way to an inbox. */
export interface OutcomeEvent {
  aggregate: string;
  key: string;
  event: Event;
}
