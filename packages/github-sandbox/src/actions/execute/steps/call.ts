/** The arguments of a step: its place, then its call, then the call of an action. Each adds to the one before. */
import type { StepSpec } from "../../parse/model.ts";
import type { StepLog } from "../machine/log.ts";
import type { Frame, Post, RunningJob } from "../running-job.ts";

/** The place of a step: the job, the list of steps, and the log for its output. */
export interface StepPlace {
  job: RunningJob;
  builtIn: BuiltInActions;
  frame: Frame;
  log: StepLog;
}

/** A step whose `if` held and whose `env` is evaluated. */
export interface StepCall extends StepPlace {
  /** The step's evaluated `env`. */
  env: Record<string, string>;
  signal: AbortSignal;
  outputs: Record<string, string>;
}

/** A `uses` step. It can run the steps of a composite action. */
export interface UsesCall extends StepCall {
  runInner(frame: Frame, spec: StepSpec): Promise<unknown>;
}

/** The call of an action. */
export interface ActionCall extends StepCall {
  /** By lower-case name, with the defaults of the action's `action.yml`. A built-in action has none. */
  inputs: Record<string, string>;
}

/** An action that this package does itself. Returns its post step, if any. Throws StepError with one sentence. */
export type BuiltInAction = (call: ActionCall) => Promise<Post["run"] | undefined>;

/** Finds the built-in action of a `uses`. The caller passes this table in, because built-in actions stand above this level. */
export type BuiltInActions = (uses: string) => BuiltInAction | null;
