/** The serial merge queue of one repository and base branch. */
import { z } from "zod";
import { Submission } from "../event.ts";
import { Check, PullSnapshot, Repo } from "../github.ts";
import { shapeOf } from "../shape.ts";
import { Halt, Standing } from "./standing.ts";

export const LANE_SCHEMA = 4;

const Time = z.number();

/** What merging an entry's head with that of one ahead would come to. */
const Comparison = z.object({
  ahead: z.number().int(),
  head: z.string(),
  aheadHead: z.string(),
  /** Asked, and not answered yet. */
  open: z.boolean(),
  /** Paths that conflict, by the last answer; null: not known. */
  conflict: z.array(z.string()).nullable(),
});
export type Comparison = z.infer<typeof Comparison>;

export const Entry = Submission.extend({
  /** Its place: grows with every first submission, and is kept over repairs. */
  place: z.number().int(),
  /** The feature has it back for a repair or a resolution: watched, not worked on. One writer per branch. */
  away: z.boolean(),
  /** Its feature gave it up while a merge was under way; only the outcome is still awaited. */
  withdrawn: z.boolean(),
  stage: z.enum(["queued", "updating", "reading-failure", "merging"]),
  /** Observations are numbered; only the last one asked for counts. Every hint asks for a new one. */
  asked: z.number().int(),
  observed: z.number().int(),
  snapshot: PullSnapshot.nullable(),
  /** Looks since the last progress, for the back-off. */
  refreshes: z.number().int(),
  headSince: Time,
  /** The head before the last promotion: GitHub may show it a little longer. */
  formerHead: z.string().nullable(),
  /** Tries, each bounded. */
  updates: z.number().int(),
  refusals: z.number().int(),
  outages: z.number().int(),
  reruns: z.number().int(),
  /** Checks that were asked to run again: until others take their place, they say nothing. */
  rerunChecks: z.array(z.number().int()),
  mergeAskedAt: Time.nullable(),
  /** The head that this lane last asked to merge, its tree, which is what was tested, and the base's tip that it was up to date with. */
  tried: z.object({ head: z.string(), tree: z.string(), base: z.string().nullable() }).nullable(),
  /** After a merge that did not happen: nothing is tried until this look. */
  restsUntil: Time.nullable(),
  gateMs: z.number(),
  /** What was last sent to the feature: why it is not merged, and whether required checks run or are about to. */
  explained: z.object({ standing: Standing, checking: z.boolean() }).nullable(),
  /** At most one for each entry ahead. */
  comparisons: z.array(Comparison),
  failing: z.array(Check),
});
export type Entry = z.infer<typeof Entry>;

const Lane = z.object({
  key: z.string(),
  repo: Repo,
  branch: z.string(),
  /** Something landed that is not what was tested, or could not be explained: nothing merges until a person resumes. */
  halted: Halt.nullable(),
  /** The pull at the front: the only one that is brought up to date and merged. */
  front: z.number().int().nullable(),
  /** Numbers what is asked of GitHub. Never starts again: a key that was used before would be an effect already done. */
  asks: z.number().int(),
  lastPlace: z.number().int(),
  merged: z.number().int(),
  entries: z.array(Entry),
});
export const LaneState = shapeOf(Lane);
export type LaneState = z.infer<typeof LaneState>;
