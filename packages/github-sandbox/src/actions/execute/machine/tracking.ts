/** RUNNER_TRACKING_ID, the variable by which a job's processes are found whatever group or session they went to. */
import { createHash } from "node:crypto";

/** The common start of the tracking ids of one sandbox's jobs. Another sandbox on this machine has another start. */
export function trackingPrefixOf(dataDir: string): string {
  return `github_${createHash("sha256").update(dataDir).digest("hex").slice(0, 12)}_`;
}

/** The id that the environment of all of a job's processes carries. */
export function trackingIdOf(dataDir: string, jobId: number): string {
  return `${trackingPrefixOf(dataDir)}${jobId}`;
}
