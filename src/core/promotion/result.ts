/** What the artifact of an attempt says: its result and what its files show of it, or why it has no result that counts. */
import { z } from "zod";
import { Result } from "../attempt.ts";
import { NoResult } from "../cause.ts";
import { ManifestFinding } from "./violation.ts";

/** Its words are as the job wrote them, secrets included. */
export const ResultReading = z.union([
  z.object({ result: Result, faults: z.array(ManifestFinding) }),
  z.object({ problem: NoResult }),
]);
export type ResultReading = z.infer<typeof ResultReading>;
