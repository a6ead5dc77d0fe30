/**
 * Changes of a pull that its checks cannot vouch for, so that a person approves them: the gate surface, protected paths of the
 * second level, and workflow files. An approval counts for a file's content, not for a head.
 */
import { z } from "zod";
import { SurfaceKind } from "./surface/index.ts";

/** A lane keeps them with every observation. The last one stands for all further ones. */
export const MAX_GUARDED = 50;

export const GuardKind = z.enum([
  ...SurfaceKind.options,
  /** A path of `protected.ts` with the protection `approve`. */
  "protected",
  /** A file below `.github`. */
  "workflow",
  /** Stands for all further files. Its content is the hash of their list. */
  "more",
]);
export type GuardKind = z.infer<typeof GuardKind>;

/** `content`: mode and SHA of the file before and after the change. */
export const GuardedChange = z.object({ path: z.string().max(300), kind: GuardKind, content: z.string() });
export type GuardedChange = z.infer<typeof GuardedChange>;

/** `approvedBy`: who approved this content with a review; null: nobody. */
export const ReviewedChange = GuardedChange.extend({ approvedBy: z.string().nullable() });
export type ReviewedChange = z.infer<typeof ReviewedChange>;

/** approve: the pull waits for a person. warn: its text names the files. ignore: neither. */
export const GateSurfaceRule = z.enum(["approve", "warn", "ignore"]);
export type GateSurfaceRule = z.infer<typeof GateSurfaceRule>;

/** How a pull's guarded changes are treated. */
export interface Guarding {
  gateSurface: GateSurfaceRule;
  /** false: its merge goes into the feature's integration branch. */
  reachesBase: boolean;
}

/**
 * Returns true for changes that wait until a person approves them. On the way into the integration branch only `.github` waits, so
 * that the jobs of a head count: nothing reaches the base there, and the pull of the whole feature waits for all of it.
 */
export function waitsForApproval(kind: GuardKind, { gateSurface, reachesBase }: Guarding): boolean {
  switch (kind) {
    case "workflow":
      return true;
    case "protected":
    case "more":
      return reachesBase;
    default:
      return reachesBase && gateSurface === "approve";
  }
}
