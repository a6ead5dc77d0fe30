/** Violations of the guardrails, which keep an agent's change from promotion. `messages/problems/violation.ts` has the words. */
import { z } from "zod";

/** Findings in a changed file's content. */
export const FileFinding = z.enum([
  "private-key",
  "github-token",
  "anthropic-key",
  "aws-key",
  "slack-token",
  "conflict-markers",
  "link-outside",
  "content-missing",
  "checksum-differs",
]);
export type FileFinding = z.infer<typeof FileFinding>;

/** Agents choose paths. */
const path = z.string();

export const Violation = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("outside-repository"), path }),
  /** Git keeps its own files under such a name, on some file system. */
  z.object({ kind: z.literal("git-internal"), path }),
  z.object({ kind: z.literal("control-characters"), path }),
  z.object({ kind: z.literal("protected"), path }),
  z.object({ kind: z.literal("listed-twice"), path }),
  z.object({ kind: z.literal("content"), path, finding: FileFinding }),
  z.object({ kind: z.literal("too-many-files"), files: z.number(), most: z.number() }),
  z.object({ kind: z.literal("too-many-bytes"), bytes: z.number(), most: z.number() }),
]);
export type Violation = z.infer<typeof Violation>;
