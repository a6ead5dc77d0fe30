/** Loads the step of another checkout of Headgate, so that its core can decide beside this one's. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Loaded, StepWrite } from "../../../src/loop/store-port.ts";
import { PACE } from "../process/replica.ts";

/** Keeps the events of one step apart from everything else that its checkout does: no clock, no store, no log. */
export interface OtherCore {
  /** `old` when the checkout still uses the core's names from before the renaming. */
  dialect: "old" | "same";
  /** Decides the loaded events on `state`, which the caller got from the step before. Throws what the other core throws. */
  step(aggregate: string, state: unknown, loaded: Loaded): StepWrite;
}

interface StepModule {
  stepAggregate(inside: unknown, aggregate: string): Promise<number>;
}

export async function loadOther(folder: string): Promise<OtherCore> {
  const root = resolve(folder);
  const path = join(root, "src/loop/step.ts");
  const { stepAggregate } = (await import(pathToFileURL(path).href)) as StepModule;
  const dialect = existsSync(join(root, "src/core/order.ts")) ? "old" : "same";
  return { dialect, step: (aggregate, state, loaded) => stepOf(stepAggregate, aggregate, state, loaded) };
}

/** The step calls the store's `step` before it waits for anything, so its write is there as soon as the call returns. */
function stepOf(
  stepAggregate: StepModule["stepAggregate"],
  aggregate: string,
  state: unknown,
  loaded: Loaded,
): StepWrite {
  let write: StepWrite | null = null;
  let defect: unknown = new Error("the other checkout's step did not call the store at once");
  const store = {
    step(_aggregate: string, _limit: number, decide: (loaded: Loaded) => StepWrite): Promise<number> {
      try {
        write = decide(loaded);
      } catch (error) {
        defect = error;
      }
      return Promise.resolve(loaded.events.length);
    },
  };
  // Returns the caller's state without reading the store: the store holds this core's states, not the other's.
  const remembered = { at: () => state, keep: () => {} };
  const settings = { ...PACE, lookEveryMs: PACE.observeEveryMs };
  void stepAggregate({ store, remembered, settings, log: { error: () => {} } }, aggregate);
  if (write === null) throw defect;
  return write;
}
