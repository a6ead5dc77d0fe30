/** A secret that a change would publish. The value itself is never kept: it would be stored, and shown to people. */
import { z } from "zod";

export const SecretFinding = z.object({
  finding: z.literal("secret"),
  /** The scanner's name for what it found, such as `github`. */
  rule: z.string().max(100),
  /** From 1; null: nobody knows. */
  line: z.number().int().positive().nullable(),
  /** Identifies the rule and the value, so that a person can admit this one; null: an older version found it. */
  fingerprint: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .nullable(),
});
export type SecretFinding = z.infer<typeof SecretFinding>;

/** Tells an entry of `secrets.allow` that is a fingerprint from one that is a glob of paths. */
export function isFingerprint(entry: string): boolean {
  return /^[0-9a-f]{16}$/.test(entry);
}
