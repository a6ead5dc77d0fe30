/** Decides events once more on what the other core stored: a server that is updated in the middle of a feature must go on as before. */
import { decideOn, read } from "../../../src/core/decide.ts";
import type { Loaded } from "../../../src/loop/store-port.ts";
import type { Fields, StepForm } from "./step-form.ts";

export interface Stored {
  state: unknown;
  schema: number;
}

/** Our core's decisions on the other core's state, after our migrations. */
export function decidedAfterMigration(aggregate: string, stored: Stored, loaded: Loaded): StepForm["rows"] {
  let state = read(aggregate, { state: JSON.parse(JSON.stringify(stored.state)), schema: stored.schema });
  return loaded.events.map(({ id, event, at }) => {
    const decision = decideOn(aggregate, state, { id, at: Date.parse(at), event });
    state = decision.state;
    return { outcome: decision.ignored ?? "applied", effects: decision.effects as Fields[] };
  });
}

/**
 * Without what tells others a reason. A migrated reason is an old sentence, so the next step tells the same reason again in
 * today's words; nothing else may change.
 */
export function withoutReasons(rows: StepForm["rows"]): StepForm["rows"] {
  return rows.map(({ outcome, effects }) => ({ outcome, effects: effects.filter((effect) => !tellsReason(effect)) }));
}

function tellsReason({ type, event }: Fields): boolean {
  return type === "status.publish" || (type === "send" && (event as Fields).type === "entry.explained");
}
