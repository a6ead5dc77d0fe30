/** All that Headgate remembers of one feature. Plain JSON; parsed when loaded. */
import { z } from "zod";
import { AttemptKind, ChangedFile, Price, taskBranch, Usage } from "../attempt.ts";
import { Cause } from "../cause.ts";
import { Command } from "../command.ts";
import { Failure, FailureClass } from "../failure.ts";
import { Permission, Repo, RequiredCheck } from "../github.ts";
import { Standing } from "../lane/standing.ts";
import { JudgedTask, Land, OnFailure, PlanSource } from "../plan.ts";
import { Policy } from "../policy.ts";
import { Warning } from "../preflight/index.ts";
import { shapeOf } from "../shape.ts";
import { Parked, Resource, Trip } from "./parked.ts";
import { FeatureStage, TaskStage } from "./stages.ts";

/** Raised with every change of shape; an older snapshot migrates, a newer one is refused. */
export const FEATURE_SCHEMA = 6;

const Sha = z.string();
/** Milliseconds since 1970. */
const Time = z.number();

export const AttemptRecord = z.object({
  number: z.number(),
  kind: AttemptKind,
  /** null: an older version did not record it. */
  model: z.string().nullable(),
  run: z.number().nullable(),
  dispatchedAt: Time,
  /** The job's own times, as the runner gives them. */
  startedAt: Time.nullable(),
  endedAt: Time.nullable(),
  conclusion: z.string().nullable(),
  /** null: it did what it was for, or is still at it. */
  class: FailureClass.nullable(),
  cause: Cause.nullable(),
});
export type AttemptRecord = z.infer<typeof AttemptRecord>;

/** Why a ready task has not started, while nothing but time and other tasks stands in its way. */
export const Delay = z.discriminatedUnion("cause", [
  /** As many attempts run as may: `slots`, while the checks of so many pulls run. */
  z.object({ cause: z.literal("slots"), slots: z.number(), checking: z.number() }),
  /** What is under way may use up what is left. */
  z.object({ cause: z.literal("budget") }),
  /** Another task that may change the same files goes first. */
  z.object({ cause: z.literal("files"), task: z.string() }),
  /** Another task's attempt is filling the prompt cache. */
  z.object({ cause: z.literal("cache"), task: z.string() }),
]);
export type Delay = z.infer<typeof Delay>;

const Setback = z.object({
  failure: Failure,
  /** Where it failed: going on begins there again, not earlier. */
  where: z.enum(["attempt", "promotion", "lane"]),
  /** Until when the task waits; null: it does not, or no longer. */
  until: Time.nullable(),
});
export type Setback = z.infer<typeof Setback>;

const EntryWord = z.object({
  /** Why the lane has not merged it yet; null: it has not said yet. */
  standing: Standing.nullable(),
  /** Required checks run on its head, or are about to. */
  checking: z.boolean(),
});

const Landing = z.object({
  order: z.number(),
  /** The commit that it landed on; null: nobody knows for certain. */
  base: Sha.nullable(),
  mergeSha: Sha,
  mergedAt: Time,
  head: Sha,
  testedTree: Sha,
  landedTree: Sha,
});

export const Task = z.object({
  /** Once it has landed, without what only its agents had to know. */
  plan: JudgedTask,
  stage: TaskStage,
  /** What the task machine remembers: the number of the last attempt, the kind of the next, tries spent. */
  machine: z.object({
    attempt: z.number(),
    kind: AttemptKind,
    failures: z.number(),
    free: z.number(),
  }),
  attempts: z.array(AttemptRecord),
  /** What the last attempt's change is one of, until it is promoted: see Brief. */
  commits: z.object({ against: Sha, parents: z.array(Sha) }).nullable(),
  branch: z.string(),
  head: Sha.nullable(),
  pull: z.number().nullable(),
  /** The last failure, while it matters: what the next attempt reads, why the task waits or is parked. */
  setback: Setback.nullable(),
  /** null: it is not ready, or nobody has looked whether it may start. */
  delay: Delay.nullable(),
  /** The change under promotion, from the artifact's manifest. */
  change: z.array(ChangedFile).nullable(),
  /** Paths of the change that was promoted, for the pull's description, until the pull is open. */
  promoted: z.array(z.string()),
  /** The lane's word on it, while it is there. */
  entry: EntryWord.nullable(),
  summary: z.string(),
  notes: z.array(z.string()),
  /** What its attempts reported. */
  usage: Usage.nullable(),
  /** The most that attempts may have used which ran and left no report, such as a runner that was lost. null: nothing. */
  unreported: z.object({ usd: z.number(), tokens: z.number() }).nullable(),
  /** Milliseconds that required checks of the task's heads and the merge itself took, so far. */
  gateMs: z.number(),
  breaker: z.enum(["closed", "open", "half-open"]),
  /** Of its last own failure, until it lands: the same again means no progress. */
  fingerprint: z.string().nullable(),
  landing: Landing.nullable(),
  /** Of a task that takes back another's landing: whose, the commit that landed, and the one it landed on. */
  undoes: z.object({ task: z.string(), merge: Sha, base: Sha.nullable() }).nullable(),
});
export type Task = z.infer<typeof Task>;

/** A branch that tasks land on. Looks at its tip are numbered; only the last one asked for counts. */
const Target = z.object({ branch: z.string(), sha: Sha, asked: z.number(), observed: z.number() });
export type Target = z.infer<typeof Target>;

const Feature = z.object({
  key: z.string(),
  repo: Repo,
  /** As it was when somebody who may asked for it: consent binds to this text. */
  issue: z.object({ number: z.number(), title: z.string(), body: z.string() }),
  /** The issue says something else by now. null: it does not. */
  edited: z.object({ title: z.string(), body: z.string() }).nullable(),
  stage: FeatureStage,
  /** A person stopped it. Orthogonal to the stage, so nothing forgets what it was doing. */
  hold: z.object({ by: z.string(), cause: z.enum(["command", "label"]) }).nullable(),
  /** It stopped and needs a person. */
  parked: Parked.nullable(),
  labelledBy: z.string(),
  startedAt: Time,
  endedAt: Time.nullable(),
  endedBy: z.string().nullable(),
  /** Numbers the looks before planning, and the sweeps. */
  round: z.number(),
  /** What was looked at in an earlier round says nothing about going on: a person has stopped the feature since. */
  stoppedIn: z.number(),
  policy: Policy.nullable(),
  prices: z.record(z.string(), Price),
  /** Dollars that people added to the policy's budget. */
  extraUsd: z.number(),
  /** Limits whose warning has been given. */
  warned: z.array(Resource),
  breaker: z.object({
    state: z.enum(["closed", "open", "half-open"]),
    /** How often it has tripped over the machinery without a success since; the pause doubles with each. */
    trips: z.number(),
    cause: Trip.nullable(),
    /** Tasks that had failed for good when a person last said to go on. */
    acknowledged: z.number(),
  }),
  /** The fan-in policy holds the lane back while a task is parked. */
  mergingStopped: z.boolean(),
  /** A person resumed although the label is off: its absence stops nothing until it has been seen again. */
  ignoresLabel: z.boolean(),
  /** How the last attempts ended, oldest first; null: well. */
  endings: z.array(FailureClass.nullable()),
  base: Target.nullable(),
  /** The integration branch and its tip, where tasks land together; null: they land on the base, or it is not made yet. */
  land: Target.nullable(),
  /** Tasks given up while in a lane, of which it has not said yet whether they landed all the same. */
  awaiting: z.array(z.string()),
  checks: z.array(RequiredCheck),
  warnings: z.array(Warning),
  plan: z
    .object({
      version: z.number(),
      land: Land,
      onFailure: OnFailure,
      plannedAt: Time,
      why: z.string(),
      source: PlanSource,
      /** Since when people can read it; null: not yet. */
      shownAt: Time.nullable(),
      /** Who said to carry it out; null: nobody had to, or has yet. */
      approvedBy: z.string().nullable(),
    })
    .nullable(),
  /** What the planner wants to know before it can plan. */
  questions: z.object({ texts: z.array(z.string()), askedAt: Time }).nullable(),
  planVersion: z.number(),
  /** The plan of that version was asked for, and neither it nor why there is none has come yet. */
  planAwaited: z.boolean(),
  planner: z.object({ usage: Usage.nullable(), model: z.string().nullable() }),
  tasks: z.array(Task),
  /** Commands whose sender's permission is not known yet. */
  pendingCommands: z.array(
    z.object({
      comment: z.number(),
      by: z.string(),
      writtenAt: Time,
      command: Command,
      permission: Permission.nullable(),
    }),
  ),
  /** The comments of the last commands that were answered: told again, in whatever words of the inbox, they are no new commands. */
  answeredCommands: z.array(z.number()),
});
export const FeatureState = shapeOf(Feature);
export type FeatureState = z.infer<typeof FeatureState>;

export function newTask(issue: number, plan: Task["plan"]): Task {
  return {
    plan,
    stage: "blocked",
    machine: { attempt: 0, kind: plan.role === "research" ? "research" : "build", failures: 0, free: 0 },
    attempts: [],
    commits: null,
    branch: taskBranch(issue, plan.id),
    head: null,
    pull: null,
    setback: null,
    delay: null,
    change: null,
    promoted: [],
    entry: null,
    summary: "",
    notes: [],
    usage: null,
    unreported: null,
    gateMs: 0,
    breaker: "closed",
    fingerprint: null,
    landing: null,
    undoes: null,
  };
}

export function findTask(state: FeatureState, id: string): Task | undefined {
  return state.tasks.find((task) => task.plan.id === id);
}

export function isOver(state: FeatureState): boolean {
  return state.stage === "completed" || state.stage === "cancelled" || state.stage === "failed";
}

/** A later plan than the one that people can read was asked for. */
export function isPlannedAnew(state: FeatureState): boolean {
  return state.plan !== null && state.planVersion > state.plan.version;
}

export const currentAttempt = (task: Task): AttemptRecord | undefined => task.attempts.at(-1);
