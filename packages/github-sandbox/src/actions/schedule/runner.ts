/** What the parts of the runner share. */

import type { Slots } from "../../slots.ts";
import type { Repository } from "../../store/entities.ts";
import type { Artifacts } from "../built-in/artifacts/store.ts";
import type { Caches } from "../built-in/caches/store.ts";
import type { ActionsHost, ActionsOptions } from "../host/port.ts";
import type { WorkflowFiles } from "../parse/workflow-folder.ts";
import type { LiveRun } from "./live-run.ts";
import type { Records } from "./records.ts";
import type { ConcurrencyGroups } from "./turns/concurrency.ts";

export interface Runner {
  host: ActionsHost;
  options: ActionsOptions;
  artifacts: Artifacts;
  caches: Caches;
  files: WorkflowFiles;
  records: Records;
  /** Of the account that owns the repository: a plan limits the jobs of an account. */
  slotsOf(repository: Repository): Slots;
  groups: ConcurrencyGroups;
  /** Runs under way by id. */
  live: Map<number, LiveRun>;
  /** Nothing starts any more. */
  closing: boolean;
  /** Work that nobody waits for but `idle` and `close`. Must not reject. */
  inBackground(work: Promise<unknown>): void;
}
