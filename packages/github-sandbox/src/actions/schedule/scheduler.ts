/** Holds what all workflow runs of one sandbox share. */
import type { Slots } from "../../slots.ts";
import type { Repository, WorkflowRun } from "../../store/entities.ts";
import type { BuiltInActions } from "../execute/steps/call.ts";
import type { ActionsHost, ActionsOptions } from "../host/port.ts";
import type { WorkflowFiles } from "../parse/workflow-files.ts";
import type { Records } from "./records.ts";
import type { ConcurrencyGroups } from "./turns/concurrency.ts";

export interface Scheduler {
  host: ActionsHost;
  options: ActionsOptions;
  builtIn: BuiltInActions;
  files: WorkflowFiles;
  records: Records;
  /** The job slots of the account that owns the repository: a plan limits the jobs of an account. */
  slotsOf(repository: Repository): Slots;
  groups: ConcurrencyGroups;
  /** Runs under way by id. */
  live: Map<number, Cancellable>;
  /** Keeps jobs from starting once the sandbox closes. */
  closing: boolean;
  /** Keeps work that only `idle` and `close` wait for. The work must not reject. */
  inBackground(work: Promise<unknown>): void;
}

export interface Cancellable {
  /** Jobs whose `if` still holds go on. `force` ends everything at once. */
  cancel(force?: boolean): void;
}

/** One run with where it belongs. */
export interface RunScope {
  scheduler: Scheduler;
  repository: Repository;
  run: WorkflowRun;
}
