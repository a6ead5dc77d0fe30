/**
 * Decides events again on the other core's stored states. A server that is updated in the middle of a feature must
 * continue as before.
 */
import { decideOn, read, type State } from "../../../src/core/decide.ts";
import type { FeatureState } from "../../../src/core/feature/state.ts";
import type { Loaded } from "../../../src/loop/store-port.ts";
import type { Fields, StepForm } from "./step-form.ts";

export interface Stored {
  state: unknown;
  schema: number;
}

/**
 * Returns this core's decision on the other core's migrated state. Decides only the first event of a step: sending a
 * reason again takes a number, so later events would differ in their numbers.
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
 * Copies each task's fingerprint from this core's state. The two cores hash different things, so an old fingerprint
 * equals no new one. After an update a task may therefore get one more try before its breaker opens. Everything else
 * must be equal.
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
 * Removes the effects that send a reason. A migrated reason is an old sentence, so the next step sends the same reason
 * again in today's form. Nothing else may change.
 */
export function withoutReasons(rows: StepForm["rows"]): StepForm["rows"] {
  return rows.map(({ outcome, effects }) => ({ outcome, effects: effects.filter((effect) => !sendsReason(effect)) }));
}

function sendsReason({ type, event }: Fields): boolean {
  return type === "status.publish" || (type === "send" && (event as Fields).type === "entry.explained");
}
