/**
 * The stored state of a feature: fields that every stage has, and fields that a stage adds. Plain JSON, parsed when loaded.
 * `task.ts` describes the state of a task.
 */
import { z } from "zod";
import { Price, Usage } from "../attempt.ts";
import { Command } from "../command.ts";
import { FailureClass } from "../failure.ts";
import { Appearance, Closure, Permission, Repo, RequiredCheck } from "../github.ts";
import { isPlannedTask, Land, OnFailure, type PlannedTask, PlanSource } from "../plan.ts";
import { Policy } from "../policy.ts";
import { Warning } from "../preflight/index.ts";
import { shapeOf } from "../shape.ts";
import { Parked, Resource, Trip } from "./parked.ts";
import type { FeatureStage } from "./stages.ts";
import { Task } from "./task.ts";

/** Raised with every change of shape; an older snapshot migrates, a newer one is refused. */
export const FEATURE_SCHEMA = 9;

/** Milliseconds since 1970. */
const Time = z.number();

/** A branch that tasks land on. Observations of its tip are numbered; only the last one asked for counts. */
const Target = z.object({ branch: z.string(), sha: z.string(), asked: z.number(), observed: z.number() });
export type Target = z.infer<typeof Target>;

const Plan = z.object({
  version: z.number(),
  land: Land,
  onFailure: OnFailure,
  plannedAt: Time,
  why: z.string(),
  source: PlanSource,
  /** Since when people can read it; null: not yet. */
  shownAt: Time.nullable(),
  /** The login of the approver. null: none was needed, or none has approved yet. */
  approvedBy: z.string().nullable(),
});

/** Fields that every stage has. */
const Common = z.object({
  key: z.string(),
  repo: Repo,
  /** `number`: 1, and one more each time that the issue is labelled after an end. */
  life: z.object({
    number: z.number(),
    /** The highest number of an attempt in former lives. */
    attempts: z.number(),
    /** How the former life ended. null: there was none. */
    former: z.enum(["completed", "cancelled", "failed"]).nullable(),
    /** The last label that it knows of, by GitHub's clock. null: unknown. */
    labelledAt: Time.nullable(),
    /** The next life has begun, and gets what people do to the issue. */
    isFormer: z.boolean(),
  }),
  /** The text that a person with write access consented to. */
  issue: z.object({ number: z.number(), title: z.string(), body: z.string() }),
  /** The issue's current text, where that differs. */
  edited: z.object({ title: z.string(), body: z.string() }).nullable(),
  /** A person stopped it. Orthogonal to the stage, so that nothing forgets what it was doing. */
  hold: z.object({ by: z.string(), cause: z.enum(["command", "label", "closed"]) }).nullable(),
  /** Why the App cannot work in the repository, and since when. null: it can. */
  closed: z.object({ why: Closure, since: Time }).nullable(),
  /** It stopped by itself and needs a person. */
  parked: Parked.nullable(),
  labelledBy: z.string(),
  startedAt: Time,
  /** Numbers what the feature asks for. */
  round: z.number(),
  /** The round of the last hold or end by a person. An observation of an earlier round does not resume the feature. */
  stoppedIn: z.number(),
  /** The issue is closed, and that does not end the feature: a person is asked, or resumed it. */
  issueClosed: z.boolean(),
  /** The last `hold` or `resume`, by GitHub's clock and the comment's id. An earlier one that arrives later changes nothing. */
  stopWord: z.object({ at: Time, comment: z.number() }).nullable(),
  prices: z.record(z.string(), Price),
  /** Dollars that people added to the policy's budget. */
  extraUsd: z.number(),
  /** Limits whose warning has been given. */
  warned: z.array(Resource),
  breaker: z.object({
    state: z.enum(["closed", "open", "half-open"]),
    /** Counts the trips over infrastructure without a success since. The pause doubles with each. */
    trips: z.number(),
    cause: Trip.nullable(),
    /** Tasks that had failed for good when a person last resumed. */
    acknowledged: z.number(),
  }),
  /** The fan-in policy holds the lane back while a task is parked. */
  mergingStopped: z.boolean(),
  /** A person resumed although the label is off. Its absence stops nothing until it has been seen again. */
  ignoresLabel: z.boolean(),
  /** The endings of the last attempts, oldest first. null: success. */
  endings: z.array(FailureClass.nullable()),
  /** The integration branch and its tip, where tasks land together; null: they land on the base, or it is not made yet. */
  land: Target.nullable(),
  /** Tasks given up while in a lane, which has not said yet whether they landed all the same. */
  awaiting: z.array(z.string()),
  checks: z.array(RequiredCheck),
  /** How late the required checks were reported on the base. Left out: an older version did not read it. */
  appearances: z.array(Appearance).optional(),
  warnings: z.array(Warning),
  /** The planner's open questions. */
  questions: z.object({ texts: z.array(z.string()), askedAt: Time }).nullable(),
  planVersion: z.number(),
  /** True while `plan.make` for `planVersion` is in flight. */
  planAwaited: z.boolean(),
  planner: z.object({ usage: Usage.nullable(), model: z.string().nullable() }),
  tasks: z.array(Task),
  /** Commands whose sender's permission is not known yet, oldest first. */
  pendingCommands: z.array(
    z.object({ comment: z.number(), by: z.string(), writtenAt: Time, command: Command, pull: z.number().optional() }),
  ),
  /**
   * Who gave commands lately. `permission.observe` of `comment`, asked for at `askedAt`, yields the permission; null: not yet.
   */
  senders: z.array(
    z.object({ login: z.string(), comment: z.number(), askedAt: Time, permission: Permission.nullable() }),
  ),
  /** Until when the comments on its tasks' pulls were read, by our clock. */
  heardUntil: Time,
  /** Comments of the last commands that were answered. Sent again, they are no new commands. */
  answeredCommands: z.array(z.number()),
});

/** null: the repository has not been observed. */
const unsure = { policy: Policy.nullable(), base: Target.nullable() };
const planned = { policy: Policy, base: Target, plan: Plan };

const Feature = z.discriminatedUnion("stage", [
  Common.extend({ stage: z.literal("planning"), ...unsure, plan: z.null() }),
  Common.extend({ stage: z.literal("proposed"), ...planned }),
  Common.extend({ stage: z.literal("executing"), ...planned }),
  /** `endedBy` gave it up at `since`; what landed is being taken back. */
  Common.extend({ stage: z.literal("rolling-back"), ...planned, endedBy: z.string(), since: Time }),
  Common.extend({ stage: z.literal("completed"), ...planned, endedAt: Time }),
  Common.extend({
    stage: z.literal("cancelled"),
    ...unsure,
    plan: Plan.nullable(),
    endedAt: Time,
    endedBy: z.string(),
  }),
  /** `leftBy` stopped the reverts; null: they all ended. */
  Common.extend({
    stage: z.literal("failed"),
    ...planned,
    endedAt: Time,
    endedBy: z.string(),
    leftBy: z.string().nullable(),
  }),
]);
export const FeatureState = shapeOf(Feature);
export type FeatureState = z.infer<typeof Feature>;

/** A feature that has a plan, at any stage. */
export type PlannedFeature = FeatureState & { policy: Policy; base: Target; plan: z.infer<typeof Plan> };

export type FeatureAt<Stage extends FeatureStage> = Extract<FeatureState, { stage: Stage }>;

const commonFields = Object.keys(Common.shape);

/** The fields that a stage adds. */
export type FeaturePart = {
  [Stage in FeatureStage]: Omit<FeatureAt<Stage>, keyof z.infer<typeof Common>>;
}[FeatureStage];

/** Moves the feature to another stage in place, as `enterStage` does a task. */
export function enterFeatureStage(state: FeatureState, part: FeaturePart): void {
  for (const field of Object.keys(state)) {
    if (!commonFields.includes(field)) Reflect.deleteProperty(state, field);
  }
  Object.assign(state, part);
}

export function findTask(state: FeatureState, id: string): Task | undefined {
  return state.tasks.find((task) => task.plan.id === id);
}

/** Returns the plan's own tasks, without those that Headgate adds. */
export function plannedTasks(state: FeatureState): PlannedTask[] {
  return state.tasks.map((task) => task.plan).filter(isPlannedTask);
}

export function isOver(state: FeatureState): state is FeatureAt<"completed" | "cancelled" | "failed"> {
  return state.stage === "completed" || state.stage === "cancelled" || state.stage === "failed";
}

export function isPlanned(state: FeatureState): state is PlannedFeature {
  return state.plan !== null;
}

/** Returns true while tasks run, or merges are being reverted. */
export function isUnderWay(state: FeatureState): state is FeatureAt<"executing" | "rolling-back"> {
  return state.stage === "executing" || state.stage === "rolling-back";
}

/** Returns true while a later plan than the current one is being made. */
export function isPlannedAnew(state: FeatureState): boolean {
  return state.plan !== null && state.planVersion > state.plan.version;
}

/** Returns who cancelled the feature; null: nobody has. */
export function endedBy(state: FeatureState): string | null {
  return "endedBy" in state ? state.endedBy : null;
}

/** Returns when the feature ended; null: it has not. */
export function endedAt(state: FeatureState): number | null {
  return isOver(state) ? state.endedAt : null;
}
