/** The difference that an attempt's commit makes, as Headgate itself found by comparing trees. The manifest that a job wrote is only a claim. */
import { z } from "zod";
import { SecretFinding } from "./secret.ts";
import { TreeChange } from "./tree.ts";
import { FileFinding } from "./violation.ts";

/** Changes that are listed. A policy allows at most 5,000 files, so that a longer list is refused by its total. */
export const MAX_CHANGES = 5_000;
/** Entries of each other list. A full list refuses the change, whatever is in it. */
export const MAX_FINDINGS = 50;

export const Difference = z.object({
  changes: z.array(TreeChange).max(MAX_CHANGES),
  /** How many there are, listed or not. */
  total: z.number().int().nonnegative(),
  /** Paths that the manifest lists and the commit does not change, or the other way round. */
  unlisted: z.array(z.string()).max(MAX_FINDINGS),
  /** Paths in which a resolve takes back what the base changed and the task did not touch. */
  undone: z.array(z.string()).max(MAX_FINDINGS),
  /** Added paths that a file system takes for another path of the tree. */
  sameNames: z.array(z.object({ path: z.string(), other: z.string() })).max(MAX_FINDINGS),
  /** Content that must not be in the files, such as conflict markers or something that looks like a secret. */
  findings: z
    .array(z.union([SecretFinding.extend({ path: z.string() }), z.object({ path: z.string(), finding: FileFinding })]))
    .max(MAX_FINDINGS),
});
export type Difference = z.infer<typeof Difference>;
