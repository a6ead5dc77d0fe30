/** The ways in which the machine of a job fails, and not the work. */
import { z } from "zod";

/** not-run-here: the machine lacks something that the job needs before it begins. */
export const EnvironmentFault = z.enum(["network", "certificate", "disk", "tool", "version", "not-run-here"]);
export type EnvironmentFault = z.infer<typeof EnvironmentFault>;

/**
 * Faults that a change can cause too: it asks for another version, or for a package from a host that nobody trusts, or removes the
 * program that a step runs. No change takes a network away or fills a disk that is large enough for its base.
 */
const OF_CHANGES: readonly EnvironmentFault[] = ["certificate", "tool", "version"];

export function canBeOfChange(fault: EnvironmentFault): boolean {
  return OF_CHANGES.includes(fault);
}
