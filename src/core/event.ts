/**
 * Everything that can happen. Facts carry a semantic key of their own, so that a webhook's copy and reconcile's copy are
 * one event; hints only say "read this again"; the rest are outcomes of effects.
 */
import { z } from "zod";
import { ChangedFile, Price, Result, Usage } from "./attempt.ts";
import { NoResult } from "./cause.ts";
import { Command, IssueObservation, WaitingCommand } from "./command.ts";
import { EnvironmentFault } from "./environment-fault.ts";
import { Failure } from "./failure.ts";
import {
  Appearance,
  Closure,
  JudgedCheck,
  MAX_CHANGE_REQUESTS,
  Permission,
  PullSnapshot,
  Repo,
  RequiredCheck,
  Requirement,
  RunSnapshot,
} from "./github.ts";
import { Standing } from "./lane/standing.ts";
import { PlanSource, TaskId, TaskTitle } from "./plan.ts";
import { Policy } from "./policy.ts";
import { Problem, Warning } from "./preflight/index.ts";
import { Difference } from "./promotion/difference.ts";
import { GateSurfaceRule } from "./promotion/guarded.ts";
import { ManifestFinding } from "./promotion/violation.ts";

const Sha = z.string().regex(/^[0-9a-f]{40}$/);
const PullNumber = z.number().int().positive();
const attemptOf = { task: TaskId, attempt: z.number().int().positive() };

/** Bounds lists of which every entry may keep several. */
export const MAX_CONFLICT_PATHS = 20;

/** Bounds what every entry keeps of the required checks. */
export const MAX_APPEARANCES = 100;

/** Milliseconds that the entry's required checks, over all its heads, and its merge took. */
const gateMs = z.number().nonnegative();

/** Read this again. */
const Hinted = z.object({
  type: z.literal("hinted"),
  topic: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("issue") }),
    /** It was closed, or opened again. */
    z.object({ kind: z.literal("sub-issue"), issue: z.number().int().positive() }),
    /** `begins`: its run is at work now; else it ended. */
    z.object({ kind: z.literal("attempt"), attempt: z.string(), begins: z.boolean() }),
    z.object({ kind: z.literal("pull"), pull: PullNumber }),
    z.object({ kind: z.literal("commit"), sha: Sha }),
    z.object({ kind: z.literal("branch"), branch: z.string() }),
    /** It was renamed, archived or taken from the App, or it came back. `deleted`: it is gone for good. */
    z.object({ kind: z.literal("repository"), deleted: z.boolean() }),
  ]),
});

const TimerDue = z.object({ type: z.literal("timer.due"), timer: z.string() });

/** The sub-issue that a task was written or filed as. GitHub allows 100 of an issue. */
const SubIssues = z.array(z.object({ task: TaskId, issue: z.number().int().positive() })).max(100);

/** An effect was tried as often as it may be, or was refused for good. `effect` is the effect's type, `key` its natural key. */
const EffectFailed = z.object({
  type: z.literal("effect.failed"),
  effect: z.string(),
  key: z.string(),
  task: TaskId.nullable(),
  pull: PullNumber.nullable(),
  /** The head that the effect was about. */
  head: Sha.nullable(),
  failure: Failure,
});

/** Tells a new life of a feature what it needs of the former ones. */
const FormerLives = z.object({
  number: z.number().int().min(2),
  /** The highest number of an attempt. GitHub finds a run by it, so that it is never used again. */
  attempts: z.number().int(),
  ended: z.enum(["completed", "cancelled", "failed"]),
});

/** The content of an attempt's artifact, after parsing. */
export const Outcome = z.object({
  result: Result.pick({
    outcome: true,
    summary: true,
    engine: true,
    model: true,
    usage: true,
    notes: true,
  }).extend({
    /** failed: the fault of the machine that the agent failed for. Left out: none. */
    environment: EnvironmentFault.nullish(),
  }),
  manifest: z.array(ChangedFile),
  /** Files of the manifest that the artifact does not hold as it lists them. */
  findings: z.array(ManifestFinding),
});
export type Outcome = z.infer<typeof Outcome>;

export const FeatureEvent = z.discriminatedUnion("type", [
  Hinted,
  TimerDue,
  EffectFailed,
  z.object({
    type: z.literal("feature.labelled"),
    repo: Repo,
    issue: z.number().int().positive(),
    title: z.string(),
    body: z.string(),
    by: z.string(),
    /** By GitHub's clock, in whole seconds, as milliseconds since 1970. Left out: the label is on, and it is unknown since when. */
    labelledAt: z.number().int().optional(),
    /** Begins this life of the feature. Left out: the first. */
    life: FormerLives.optional(),
  }),
  z.object({ type: z.literal("feature.unlabelled"), by: z.string() }),
  /** null: nobody has read yet who closed it. */
  z.object({ type: z.literal("issue.closed"), by: z.string().nullable() }),
  z.object({ type: z.literal("issue.reopened") }),
  /** It is no longer in the repository. `by` null: nobody knows who did it. */
  z.object({ type: z.literal("issue.gone"), why: z.enum(["transferred", "deleted"]), by: z.string().nullable() }),
  /** `permission`: none for a bot, whatever it may do. */
  z.object({
    type: z.literal("closing.observed"),
    round: z.number().int(),
    open: z.boolean(),
    by: z.string(),
    permission: Permission,
  }),
  /** A task's sub-issue, and who closed it. `permission`: none for a bot. */
  z.object({
    type: z.literal("sub-issue.observed"),
    issue: z.number().int(),
    round: z.number().int(),
    open: z.boolean(),
    by: z.string(),
    permission: Permission,
  }),
  /** `writtenAt`: by GitHub's clock, in whole seconds, as milliseconds since 1970. */
  z.object({
    type: z.literal("command.given"),
    comment: z.number().int(),
    by: z.string(),
    writtenAt: z.number().int(),
    command: Command,
    /** The pull that it was written on. Left out: on the issue. */
    pull: PullNumber.optional(),
  }),
  /** The repository under its present name. `closed`: why the App may not work in it; null: it may. */
  z.object({ type: z.literal("repository.observed"), repo: Repo, closed: Closure.nullable() }),
  z.object({ type: z.literal("issue.edited"), title: z.string(), body: z.string() }),
  z.object({
    type: z.literal("issue.observed"),
    round: z.number().int(),
    /** Until when the comments on pulls were read. Left out: there are none, or an older version did not read them. */
    heardUntil: z.number().int().optional(),
    observation: IssueObservation,
  }),
  z.object({
    type: z.literal("permission.observed"),
    comment: z.number().int(),
    by: z.string(),
    permission: Permission,
    waiting: WaitingCommand.optional(),
  }),
  /** The facts of the base branch before a feature starts. `problems`: why it cannot. */
  z.object({
    type: z.literal("feature.observed"),
    /** The round of the effect that this answers. 0: an older version did not record it. */
    round: z.number().int().default(0),
    by: z.string(),
    permission: Permission,
    base: z.object({ branch: z.string(), sha: Sha }).nullable(),
    policy: Policy.nullable(),
    checks: z.array(RequiredCheck),
    /** Of the policy's models. A missing one is unknown, and its model must be refused. */
    prices: z.record(z.string(), Price),
    problems: z.array(Problem),
    /** Warnings that people should read before they approve a plan. */
    warnings: z.array(Warning).max(100).default([]),
    /** Left out: an older version did not read them. */
    appearances: z.array(Appearance).max(MAX_APPEARANCES).optional(),
  }),
  z.object({
    type: z.literal("plan.made"),
    version: z.number().int(),
    /** A candidate by anybody: the core judges it. */
    plan: z.unknown(),
    /** Its author. */
    source: PlanSource,
    /** Those that its tasks are. Left out: people wrote none. */
    subIssues: SubIssues.optional(),
    model: z.string().nullable(),
    usage: Usage.nullable(),
    /** Names of required checks that judged nothing on the base itself, and are not required any more. */
    unrequired: z.array(z.string()).optional(),
  }),
  /** It cannot be planned without an answer to these. */
  z.object({
    type: z.literal("plan.questioned"),
    version: z.number().int(),
    questions: z.array(z.string().max(1_000)).min(1).max(10),
    model: z.string().nullable(),
    usage: Usage.nullable(),
  }),
  /** The plan's tasks are sub-issues now. */
  z.object({ type: z.literal("plan.filed"), version: z.number().int(), subIssues: SubIssues }),
  /** People can read this version now. */
  z.object({ type: z.literal("plan.shown"), version: z.number().int() }),
  z.object({
    type: z.literal("plan.failed"),
    version: z.number().int(),
    failure: Failure,
    model: z.string().nullable(),
    usage: Usage.nullable(),
  }),
  z.object({ type: z.literal("attempt.dispatched"), ...attemptOf, run: z.number().int() }),
  z.object({
    type: z.literal("attempt.observed"),
    ...attemptOf,
    run: RunSnapshot,
    /** null: not completed yet, or no result artifact; `problem` says why there is none. */
    outcome: Outcome.nullable(),
    problem: NoResult.nullable(),
  }),
  /** The change is a commit, which no branch has yet. */
  z.object({ type: z.literal("change.written"), ...attemptOf, commit: Sha, difference: Difference }),
  z.object({ type: z.literal("change.promoted"), ...attemptOf, head: Sha }),
  z.object({ type: z.literal("change.refused"), ...attemptOf, failure: Failure }),
  z.object({ type: z.literal("pull.opened"), task: TaskId, pull: PullNumber }),
  /** The commit that the pull was to open for is gone. */
  z.object({ type: z.literal("pull.refused"), task: TaskId, failure: Failure }),
  z.object({ type: z.literal("branch.created"), branch: z.string(), sha: Sha }),
  /** `sha` null: there is no such branch. `lost`: the merge that it should hold and does not. */
  z.object({
    type: z.literal("branch.observed"),
    branch: z.string(),
    seq: z.number().int(),
    sha: Sha.nullable(),
    lost: Sha.optional(),
  }),
  z.object({ type: z.literal("revert.written"), task: TaskId, head: Sha }),
  /** Says why an entry of the lane is not merged yet. Sent whenever that changes. */
  z.object({
    type: z.literal("entry.explained"),
    task: TaskId,
    pull: PullNumber,
    standing: Standing,
    /** Required checks run on its head, or are about to: they take jobs that attempts could have. */
    checking: z.boolean(),
    /** People without write access who ask for changes, which holds nothing. Left out: there are none. */
    wishes: z.array(z.string()).max(MAX_CHANGE_REQUESTS).optional(),
  }),
  z.object({
    type: z.literal("entry.landed"),
    task: TaskId,
    pull: PullNumber,
    /** Its place among the lane's merges, from 1. */
    order: z.number().int().positive(),
    head: Sha,
    /** The branch's tip that it landed on; null: unknown. */
    base: Sha.nullable().default(null),
    testedTree: Sha,
    landedTree: Sha,
    /** The runs, jobs and statuses that judged each required check. A merge by a person whose head this lane had not tried has none. */
    judgedBy: z.array(JudgedCheck).max(50).default([]),
    mergeSha: Sha,
    mergedAt: z.number().int(),
    gateMs,
  }),
  z.object({
    type: z.literal("entry.ejected"),
    task: TaskId,
    pull: PullNumber,
    head: Sha,
    failure: Failure,
    gateMs,
    /** The first look after its submission found it so. Left out: it became so later. */
    asFound: z.boolean().optional(),
  }),
  /** The fault that the entry was ejected for is gone. `head`: the pull's present one. */
  z.object({ type: z.literal("entry.healed"), task: TaskId, pull: PullNumber, head: Sha }),
  /** The lane's answer to a withdrawal: the entry is gone, and has not landed. */
  z.object({ type: z.literal("entry.left"), task: TaskId }),
]);
export type FeatureEvent = z.infer<typeof FeatureEvent>;

/** The paths in which two heads conflict; none: they merge. */
const Conflict = z.union([z.literal("unknown"), z.array(z.string()).max(MAX_CONFLICT_PATHS)]);

/** A pull handed to the lane. */
export const Submission = z.object({
  feature: z.string(),
  task: TaskId,
  pull: PullNumber,
  branch: z.string(),
  head: Sha,
  title: TaskTitle,
  checks: z.array(RequiredCheck),
  /** The verdict of a required check that ends as neutral. An older version did not say. */
  neutral: z.enum(["pass", "fail"]).default("pass"),
  /** Checks whose failures no agent is asked to repair. An older version did not say. */
  noRepair: z.array(z.string()).max(100).optional(),
  gateSurface: GateSurfaceRule.default("approve"),
  /** false: its merge goes into the feature's integration branch. */
  reachesBase: z.boolean().default(true),
  method: z.enum(["merge", "squash", "rebase"]),
  mode: z.enum(["auto", "ready"]),
  checksMinutes: z.number().positive(),
  /** Minutes that a required check may be missing at least, and how late each was on the base. Left out: an older version did not say. */
  missingMinutes: z.number().positive().optional(),
  appearances: z.array(Appearance).max(MAX_APPEARANCES).optional(),
  /** Its feature is on hold. */
  held: z.boolean(),
});
export type Submission = z.infer<typeof Submission>;

export const LaneEvent = z.discriminatedUnion("type", [
  Hinted,
  TimerDue,
  EffectFailed,
  z.object({ type: z.literal("entry.submitted"), repo: Repo, branch: z.string(), entry: Submission }),
  /** The task of an ejected entry waits for a person. */
  z.object({ type: z.literal("entry.parked"), pull: PullNumber }),
  z.object({ type: z.literal("entry.withdrawn"), feature: z.string(), task: TaskId.nullable() }),
  /** `lifts`: a person resumed, and so has seen why the lane halted. */
  z.object({ type: z.literal("entries.held"), feature: z.string(), held: z.boolean(), lifts: z.boolean() }),
  /** A person approved with a command the changes that the lane last reported, under this number. */
  z.object({ type: z.literal("entry.approved"), pull: PullNumber, number: z.number().int(), by: z.string() }),
  z.object({ type: z.literal("pull.observed"), pull: PullNumber, seq: z.number().int(), snapshot: PullSnapshot }),
  z.object({
    type: z.literal("failure.read"),
    pull: PullNumber,
    head: Sha,
    details: Failure.shape.details,
    /** The fault of the machine that every failed check shows. Left out: at least one failed otherwise. */
    environment: EnvironmentFault.nullish(),
  }),
  /** `ahead` is the pull of an entry ahead. An `unknown` comparison holds no entry. */
  z.object({
    type: z.literal("heads.compared"),
    pull: PullNumber,
    head: Sha,
    ahead: PullNumber,
    aheadHead: Sha,
    conflict: Conflict,
  }),
  z.object({
    type: z.literal("pull.updated"),
    pull: PullNumber,
    outcome: z.enum(["accepted", "moved", "conflict", "current"]),
  }),
  z.object({ type: z.literal("checks.rerun"), pull: PullNumber, head: Sha }),
  z.object({
    type: z.literal("pull.merged"),
    pull: PullNumber,
    head: Sha,
    outcome: z.discriminatedUnion("outcome", [
      z.object({
        outcome: z.literal("merged"),
        sha: Sha,
        landedTree: Sha,
        parents: z.array(Sha),
        at: z.number().int(),
      }),
      z.object({
        outcome: z.enum(["moved", "refused", "unknown"]),
        message: z.string(),
        /** Names what GitHub waits for, where a refusal ends once a person or another tool has acted. */
        requires: Requirement.optional(),
        /** Milliseconds that GitHub asked to wait. */
        afterMs: z.number().nonnegative().optional(),
      }),
    ]),
  }),
]);
export type LaneEvent = z.infer<typeof LaneEvent>;

export type Event = FeatureEvent | LaneEvent;

/** Why an event changed nothing. */
export type Ignored =
  | "not-accepted-here"
  | "guard-refused"
  | "stale-attempt"
  | "stale-head"
  | "stale-observation"
  | "superseded"
  /** The feature is over, and its issue's present life got it. */
  | "passed-on"
  | "duplicate"
  | "unauthorised"
  /** It does not parse as an event of this aggregate. */
  | "unreadable";
