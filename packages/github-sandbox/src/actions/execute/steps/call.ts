/** What the parts of a step hand each other. */

import type { StepSpec } from "../../parse/model.ts";
import type { StepLog } from "../machine/log.ts";
import type { Frame, RunningJob } from "../running-job.ts";

/** What a step's work gets. */
export interface StepCall {
  job: RunningJob;
  frame: Frame;
  /** The step's evaluated `env`. */
  env: Record<string, string>;
  log: StepLog;
  signal: AbortSignal;
  outputs: Record<string, string>;
}

/** What a `uses` step gets beside: a composite action runs steps of its own. */
export interface UsesCall extends StepCall {
  runInner(frame: Frame, spec: StepSpec): Promise<unknown>;
}

/** What an action gets. */
export interface ActionCall extends StepCall {
  /** By lower-case name, defaults filled in where an `action.yml` gives them. */
  inputs: Record<string, string>;
}
