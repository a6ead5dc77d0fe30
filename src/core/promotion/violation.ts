/** Violations of the guardrails, which keep an agent's change from promotion. `messages/problems/violation.ts` has the words. */
import { z } from "zod";
import { SecretFinding } from "./secret.ts";

/** Agents choose paths. */
const path = z.string();
const rule = SecretFinding.shape.rule;

/** Faults of a file of an artifact. */
const ArtifactFault = z.enum(["content-missing", "checksum-differs"]);
export const ManifestFinding = z.discriminatedUnion("finding", [
  z.object({ path, finding: ArtifactFault }),
  /** The path holds what looks like a secret, which is redacted in it. */
  z.object({ path, finding: z.literal("secret-name"), rule }),
]);
export type ManifestFinding = z.infer<typeof ManifestFinding>;

/** Findings in a changed file's content. */
export const FileFinding = z.enum([
  "conflict-markers",
  "link-outside",
  "link-git-internal",
  "link-endless",
  /** The repository has more links than are followed, and any of them could lead through this one. */
  "link-among-many",
  /** Git LFS stores its content elsewhere; the commit would hold a pointer to something that nobody uploaded. */
  "stored-by-lfs",
  /** It is beyond what is searched for secrets. */
  "not-scanned",
]);
export type FileFinding = z.infer<typeof FileFinding>;

export const Violation = z.discriminatedUnion("kind", [
  /** Longer, or deeper, than most file systems and Headgate's judges take. */
  z.object({ kind: z.literal("path-too-long"), path }),
  z.object({ kind: z.literal("outside-repository"), path }),
  /** Git keeps its own files under such a name, on some file system. */
  z.object({ kind: z.literal("git-internal"), path }),
  z.object({ kind: z.literal("control-characters"), path }),
  /** Characters that do not show, turn the reading direction, or are no text at all. */
  z.object({ kind: z.literal("invisible-characters"), path }),
  /** Where case or Unicode normalisation do not count, it is one file or folder with `other`. */
  z.object({ kind: z.literal("same-name"), path, other: path }),
  z.object({ kind: z.literal("submodule"), path }),
  z.object({ kind: z.literal("protected"), path }),
  z.object({ kind: z.literal("listed-twice"), path }),
  /** The manifest lists it and the commit does not change it, or the other way round. */
  z.object({ kind: z.literal("not-as-listed"), path }),
  /** It is again what it was before the base changed it, and the task had never touched it. */
  z.object({ kind: z.literal("undoes-base"), path }),
  z.object({ kind: z.literal("content"), path, finding: z.union([FileFinding, ArtifactFault]) }),
  /** A file holds what looks like a secret. The value is not in it. */
  SecretFinding.omit({ finding: true }).extend({ kind: z.literal("secret"), path }),
  /** The name itself holds what looks like a secret, which is redacted in `path`. */
  z.object({ kind: z.literal("secret-name"), path, rule }),
  /** More files are refused by their content than are listed. */
  z.object({ kind: z.literal("too-many-findings"), most: z.number() }),
  z.object({ kind: z.literal("too-many-files"), files: z.number(), most: z.number() }),
  z.object({ kind: z.literal("too-many-bytes"), bytes: z.number(), most: z.number() }),
]);
export type Violation = z.infer<typeof Violation>;
