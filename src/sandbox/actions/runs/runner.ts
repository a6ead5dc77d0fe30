/** What the parts of the runner share. */
import type { Artifacts } from "../artifacts/store.ts";
import type { ActionsHost, ActionsOptions } from "../host.ts";
import type { WorkflowFiles } from "../launch/workflow-files.ts";
import type { ConcurrencyGroups } from "./concurrency.ts";
import type { LiveRun } from "./live-run.ts";
import type { Records } from "./records.ts";
import type { Slots } from "../../slots.ts";

export interface Runner {
  host: ActionsHost;
  options: ActionsOptions;
  artifacts: Artifacts;
  files: WorkflowFiles;
  records: Records;
  slots: Slots;
  groups: ConcurrencyGroups;
  /** Runs under way by id. */
  live: Map<number, LiveRun>;
  /** Nothing starts any more. */
  closing: boolean;
  /** Work that nobody waits for but `idle` and `close`. Must not reject. */
  inBackground(work: Promise<unknown>): void;
}
