/** The ways in which the machine of a job fails, and not the work. */
import { z } from "zod";

/** not-run-here: the machine lacks something that the job needs before it begins. */
export const EnvironmentFault = z.enum(["network", "certificate", "disk", "tool", "version", "not-run-here"]);
export type EnvironmentFault = z.infer<typeof EnvironmentFault>;
