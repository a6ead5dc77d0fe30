/** What a step gets to work with: its place, then its call, then the call of one action. Each adds to the one before. */
import type { StepSpec } from "../../parse/model.ts";
import type { StepLog } from "../machine/log.ts";
import type { Frame, Post, RunningJob } from "../running-job.ts";

/** Where a step stands: the job, the list of steps, and the log that its output goes to. */
export interface StepPlace {
  job: RunningJob;
  builtIn: BuiltInActions;
  frame: Frame;
  log: StepLog;
}

/** What a step's work gets. */
export interface StepCall extends StepPlace {
  /** The step's evaluated `env`. */
  env: Record<string, string>;
  signal: AbortSignal;
  outputs: Record<string, string>;
}

/** What a `uses` step gets beside: a composite action runs steps of its own. */
export interface UsesCall extends StepCall {
  runInner(frame: Frame, spec: StepSpec): Promise<unknown>;
}

/** What an action gets. */
export interface ActionCall extends StepCall {
  /** By lower-case name, with the defaults of the action's `action.yml`. A built-in action has none. */
  inputs: Record<string, string>;
}

/** An action that this package does itself. Returns its post step, if any. Throws StepError with one sentence. */
export type BuiltInAction = (call: ActionCall) => Promise<Post["run"] | undefined>;

/** Finds the built-in action of a `uses`. A table that the caller gives: built-in actions stand above this level. */
export type BuiltInActions = (uses: string) => BuiltInAction | null;
