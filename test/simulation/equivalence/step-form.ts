/** Converts the writes of a step to a form in which two cores with different names can be compared. */
import type { SentEvent, StepWrite } from "../../../src/loop/store-port.ts";

export type Fields = { type: string; [field: string]: unknown };

export interface StepForm {
  /** One per event, in sequence. `outcome` is `applied`, or the reason why the core ignored the event. */
  rows: { outcome: string; effects: Fields[] }[];
  outbox: { key: string; ordering: string; runAt: string; replace: boolean }[];
  cancel: string[];
  routes: string[];
  sends: { aggregate: string; key: string; event: Fields; at: string }[];
}

/** The old and new names of a renamed field. */
interface Row {
  outcome: { applied?: boolean; ignored?: string };
  commands?: Fields[];
  effects?: Fields[];
}
type Waiting = { key: string; ordering: string; runAt: string; replace?: boolean };
interface Written {
  history: Row[];
  commands?: Waiting[];
  effects?: Waiting[];
  cancel: string[];
  routes: string[];
  sends: SentEvent[];
}

export function formOf(write: StepWrite): StepForm {
  const written = write as unknown as Written;
  return {
    rows: written.history.map(({ outcome, effects, commands }) => ({
      outcome: outcome.ignored ?? "applied",
      effects: effects ?? commands ?? [],
    })),
    outbox: (written.effects ?? written.commands ?? []).map(({ key, ordering, runAt, replace }) => ({
      key,
      ordering,
      runAt,
      replace: replace ?? false,
    })),
    cancel: written.cancel,
    routes: written.routes,
    sends: written.sends.map(({ aggregate, key, event, at }) => ({ aggregate, key, event: event as Fields, at })),
  };
}
