import type { Event } from "../../core/event.ts";

/** An outcome on its way to an inbox. */
export interface Told {
  aggregate: string;
  key: string;
  event: Event;
}
