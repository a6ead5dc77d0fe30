/** Writes why a job ended without having run into the job's log, where a person looks for it. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { jobLogs } from "../execute/machine/folders.ts";
import { openStepLog } from "../execute/machine/log.ts";
import { newMasks } from "../execute/machine/masks.ts";
import type { Scheduler } from "./scheduler.ts";

export function explain({ host, options }: Scheduler, jobId: number, message: string): void {
  const folder = jobLogs(options.dataDir, jobId);
  mkdirSync(folder, { recursive: true });
  const log = openStepLog(join(folder, "1.txt"), newMasks([]), () => host.store.date());
  log.error(message);
  log.close();
}
