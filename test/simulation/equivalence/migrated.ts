/** Decides events once more on what the other core stored: a server that is updated in the middle of a feature must go on as before. */
import { decideOn, read, type State } from "../../../src/core/decide.ts";
import type { FeatureState } from "../../../src/core/feature/state.ts";
import type { Loaded } from "../../../src/loop/store-port.ts";
import type { Fields, StepForm } from "./step-form.ts";

export interface Stored {
  state: unknown;
  schema: number;
}

/**
 * Our core's decision on the other core's state, after our migrations. Of a step only the first event: telling a reason again
 * takes a number, so that what is asked after it has other numbers.
 */
export function decidedAfterMigration(aggregate: string, stored: Stored, loaded: Loaded): StepForm["rows"] {
  const copy = { state: JSON.parse(JSON.stringify(stored.state)), schema: stored.schema };
  const state = withFingerprints(read(aggregate, copy), loaded.state);
  return loaded.events.slice(0, 1).map(({ id, event, at }) => {
    const { ignored, effects } = decideOn(aggregate, state, { id, at: Date.parse(at), event });
    return { outcome: ignored ?? "applied", effects: effects as Fields[] };
  });
}

/**
 * Takes each task's fingerprint from our own state. The two cores take fingerprints of different things, and an old one equals
 * no new one: after an update a task may get one try more before its breaker opens. Everything else has to be equal.
 */
function withFingerprints(migrated: State, ours: unknown): State {
  if (migrated === null || !("tasks" in migrated)) return migrated;
  const own = (ours as FeatureState).tasks;
  const tasks = migrated.tasks.map((task, index) =>
    task.fingerprint === null ? task : { ...task, fingerprint: own[index]?.fingerprint ?? null },
  );
  return { ...migrated, tasks };
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
