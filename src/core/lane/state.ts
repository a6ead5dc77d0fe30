/** The stored state of a lane. */
import { z } from "zod";
import { type LaneEvent, Submission } from "../event.ts";
import { FailureClass } from "../failure.ts";
import { Check, JudgedCheck, PullSnapshot, Repo, Requirement } from "../github.ts";
import { GuardedChange, MAX_GUARDED } from "../promotion/guarded.ts";
import { shapeOf } from "../shape.ts";
import { Halt, Standing } from "./standing.ts";

export const LANE_SCHEMA = 6;

const Time = z.number();

/** The result of a test merge of an entry's head with the head of an entry ahead of it. */
const Comparison = z.object({
  ahead: z.number().int(),
  head: z.string(),
  aheadHead: z.string(),
  /** GitHub was asked and has not answered yet. */
  open: z.boolean(),
  /** The paths that conflict, by the last answer; null: unknown. */
  conflict: z.array(z.string()).nullable(),
});
export type Comparison = z.infer<typeof Comparison>;

/** The stage of an entry. A branch has one writer, so the lane never changes an entry that is away. */
const EntryStage = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("queued") }),
  z.object({ kind: z.literal("updating") }),
  /** The logs of the failed checks are being read; then the entry is ejected. */
  z.object({ kind: z.literal("reading-failure"), failing: z.array(Check) }),
  /** `away`: the feature still repairs it. `withdrawn`: the feature has given it up meanwhile. A person may merge the pull of an entry that is away. */
  z.object({ kind: z.literal("merging"), askedAt: Time, away: z.boolean(), withdrawn: z.boolean() }),
  /** The feature repairs or resolves it. The lane keeps its place and observes its pull. */
  z.object({ kind: z.literal("away") }),
  /** The feature gave it up, and a merge may have happened. The lane observes the pull once more, then sends the outcome. */
  z.object({ kind: z.literal("withdrawn"), away: z.boolean() }),
]);
export type EntryStage = z.infer<typeof EntryStage>;

/** Why the lane last gave an entry back to its feature. */
const SentBack = z.object({
  /** The fault, where observations can show that it holds or is gone; null: they cannot. */
  fault: FailureClass.nullable(),
  /** The head that it was about. */
  head: z.string(),
  /** The feature was told that the fault is gone. */
  offered: z.boolean(),
});
export type SentBack = z.infer<typeof SentBack>;

export const Entry = Submission.extend({
  /** Grows with every first submission. A repaired entry keeps its place. */
  place: z.number().int(),
  stage: EntryStage,
  /** Numbers the observations. A merge rests only on the answer to the last one that is due, and every hint makes one due. */
  observation: z.object({
    /** The last one that is due. */
    asked: z.number().int(),
    /** The last one that was sent, and when. Entries far from their merge are not observed at once. */
    sent: z.number().int(),
    sentAt: Time,
    /** The one that was due when the lane last changed the entry. Answers to earlier ones do not count. */
    since: z.number().int(),
    latest: z.object({ seq: z.number().int(), snapshot: PullSnapshot }).nullable(),
  }),
  /** No observation has counted since its submission. Left out: one has. */
  unseen: z.boolean().optional(),
  /** The entry's own timed refreshes since the last progress, for the back-off. */
  refreshes: z.number().int(),
  headSince: Time,
  /** The head before the last promotion. GitHub may show it a little longer. */
  formerHead: z.string().nullable(),
  /** Since the submission. Each is bounded. */
  tries: z.object({ updates: z.number().int(), refusals: z.number().int(), outages: z.number().int() }),
  /** Of the present head. `checks`: ids of check runs that were asked to run again. They say nothing until others replace them. */
  reruns: z.object({ count: z.number().int(), checks: z.array(z.number().int()) }),
  /**
   * The head that this lane last asked to merge, the tree that was tested, the tip of the base that it was up to date with, and
   * what judged each required check.
   */
  tried: z
    .object({ head: z.string(), tree: z.string(), base: z.string().nullable(), judgedBy: z.array(JudgedCheck) })
    .nullable(),
  /** A required check fails on the head as it does on the base, which was first seen red at `sha`. null: not so. */
  redBase: z.object({ check: z.string(), sha: z.string() }).nullable(),
  approval: z.object({
    /** Grows whenever the changes that wait for a person differ from those that were reported last. */
    number: z.number().int(),
    /** Changes that wait, as reported under the number. */
    waiting: z.array(GuardedChange).max(MAX_GUARDED),
    /** Changes that a person approved with a command. They stay approved whatever becomes of the head. */
    granted: z.array(GuardedChange).max(2 * MAX_GUARDED),
  }),
  /** GitHub refused to merge the head, until these facts change or it is time to ask again. It gives way meanwhile. null: it did not. */
  refused: z.object({ text: z.string(), requires: Requirement.nullable(), facts: z.string(), until: Time }).nullable(),
  /** null: not since its last submission. */
  sentBack: SentBack.nullable(),
  /** After a merge that did not happen, nothing is tried until this time. */
  restsUntil: Time.nullable(),
  gateMs: z.number(),
  /** The last report to the feature: why the entry is not merged, and whether required checks run or are about to. */
  explained: z.object({ standing: Standing, checking: z.boolean(), wishes: z.array(z.string()).optional() }).nullable(),
  /** At most one for each entry ahead. */
  comparisons: z.array(Comparison),
});
export type Entry = z.infer<typeof Entry>;

const Lane = z.object({
  key: z.string(),
  repo: Repo,
  branch: z.string(),
  /** Stops all merges until a person resumes. */
  halted: Halt.nullable(),
  /** The pull at the front, the only one that is updated and merged. */
  front: z.number().int().nullable(),
  /** Numbers effects. It never starts again: an effect with a used key would count as done and never run. */
  asks: z.number().int(),
  lastPlace: z.number().int(),
  merged: z.number().int(),
  entries: z.array(Entry),
});
export const LaneState = shapeOf(Lane);
export type LaneState = z.infer<typeof LaneState>;

export type LaneEventOf<Type extends LaneEvent["type"]> = Extract<LaneEvent, { type: Type }>;

export function findEntry(state: LaneState, pull: number | null): Entry | null {
  return state.entries.find((entry) => entry.pull === pull) ?? null;
}

export function snapshotOf(entry: Entry): PullSnapshot | null {
  return entry.observation.latest?.snapshot ?? null;
}

/** Returns the commits whose checks concern the entry: the head as GitHub shows it, and the base where that is red. */
export function commitsWatched(entry: Entry): string[] {
  const snapshot = snapshotOf(entry);
  if (snapshot === null) return [];
  return entry.redBase === null ? [snapshot.headSha] : [snapshot.headSha, snapshot.baseSha];
}

/** Leaves out the check runs that were asked to run again: they say nothing about the head any more. */
export function withoutRerun(entry: Entry, snapshot: PullSnapshot): PullSnapshot {
  const again = ({ id }: Check) => id !== null && entry.reruns.checks.includes(id);
  return { ...snapshot, checks: snapshot.checks.filter((check) => !again(check)) };
}

/** Returns true where the feature owns the entry's branch. */
export function isAway({ stage }: Entry): boolean {
  return stage.kind === "away" || ((stage.kind === "merging" || stage.kind === "withdrawn") && stage.away);
}

export function isWithdrawn({ stage }: Entry): boolean {
  return stage.kind === "withdrawn" || (stage.kind === "merging" && stage.withdrawn);
}

/** Returns the stage of an entry once the lane no longer updates it, merges it or reads its failure. */
export function stageAtRest(entry: Entry): EntryStage {
  if (isWithdrawn(entry)) return { kind: "withdrawn", away: isAway(entry) };
  return { kind: isAway(entry) ? "away" : "queued" };
}
