/**
 * The stored state of a task: fields that every stage has, and fields that only one stage has, so that no state can be written
 * that its stage does not allow.
 */
import { z } from "zod";
import { AttemptKind, ChangedFile, taskBranch, Usage } from "../attempt.ts";
import { Cause } from "../cause.ts";
import { Failure, FailureClass } from "../failure.ts";
import { JudgedCheck } from "../github.ts";
import { Standing } from "../lane/standing.ts";
import { JudgedTask } from "../plan.ts";
import { isLeftOut, Without } from "./ending/without.ts";
import type { TaskStage } from "./stages.ts";

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
  /** null: it did what it was for, or still works. */
  class: FailureClass.nullable(),
  cause: Cause.nullable(),
});
export type AttemptRecord = z.infer<typeof AttemptRecord>;

/** Why a ready task has not started, although nothing but time and other tasks prevents it. */
export const Delay = z.discriminatedUnion("cause", [
  /** As many attempts run as may: `slots`, while the checks of so many pulls run. */
  z.object({ cause: z.literal("slots"), slots: z.number(), checking: z.number() }),
  /** Running attempts may use up the budget. */
  z.object({ cause: z.literal("budget") }),
  /** Another task that may change the same files goes first. */
  z.object({ cause: z.literal("files"), task: z.string() }),
  /** Another task's attempt is filling the prompt cache. */
  z.object({ cause: z.literal("cache"), task: z.string() }),
]);
export type Delay = z.infer<typeof Delay>;

/** The commit that an attempt's change is listed against, and the parents of the commit that it becomes. */
const Commits = z.object({ against: Sha, parents: z.array(Sha) });

/** The step that is left before the lane receives the task's pull. */
export const Promotion = z.discriminatedUnion("step", [
  /** The attempt's change becomes a commit. `change`: the artifact's manifest. */
  z.object({ step: z.literal("commit"), commits: Commits, change: z.array(ChangedFile) }),
  /** The task's branch moves to the commit, whose difference was judged. `paths`: what it changes. */
  z.object({ step: z.literal("move"), commit: Sha, paths: z.array(z.string()) }),
  /** A landed merge is taken back on the task's branch. */
  z.object({ step: z.literal("revert") }),
  /**
   * The pull opens. `paths`: what it changes, for its description. `replaces`: the closed pull in whose place it opens. Left out: it
   * is the task's first.
   */
  z.object({ step: z.literal("open"), paths: z.array(z.string()), replaces: z.number().optional() }),
]);
export type Promotion = z.infer<typeof Promotion>;

/** The place where a task failed. It continues from there, not from earlier. */
export const Origin = z.discriminatedUnion("where", [
  z.object({ where: z.literal("attempt") }),
  z.object({ where: z.literal("promotion"), promotion: Promotion }),
  z.object({ where: z.literal("lane") }),
]);
export type Origin = z.infer<typeof Origin>;

/** The lane's last report on the task's pull. */
const Entry = z.object({
  /** Why it has not merged; null: the lane has sent nothing yet. */
  standing: Standing.nullable(),
  /** Required checks run on its head, or are about to. */
  checking: z.boolean(),
  /** People without write access who ask for changes, which holds nothing. Left out: there are none. */
  wishes: z.array(z.string()).optional(),
});

export const Landing = z.object({
  order: z.number(),
  /** The commit that it landed on; null: unknown. */
  base: Sha.nullable(),
  mergeSha: Sha,
  mergedAt: Time,
  head: Sha,
  testedTree: Sha,
  landedTree: Sha,
  /** The runs, jobs and statuses that judged each required check; none: an older version or a person merged it. */
  judgedBy: z.array(JudgedCheck),
});
export type Landing = z.infer<typeof Landing>;

/** The sub-issue that people wrote the task as, or that it was filed as. */
export const TaskSubIssue = z.discriminatedUnion("state", [
  z.object({ state: z.literal("open"), number: z.number() }),
  /** `counts`: by a person with write access, so that its task is left out. Else the task continues. */
  z.object({ state: z.literal("closed"), number: z.number(), by: z.string(), counts: z.boolean() }),
  /** Closed by Headgate with its task. A person who opens it again has it stay open. */
  z.object({ state: z.literal("ended"), number: z.number() }),
]);
export type TaskSubIssue = z.infer<typeof TaskSubIssue>;

/** Fields that every stage has. */
const Common = z.object({
  /** Once the task has landed, without what only its agents had to know. */
  plan: JudgedTask,
  /** The context of the task machine: the number of the last attempt, the kind of the next, tries spent. */
  machine: z.object({ attempt: z.number(), kind: AttemptKind, failures: z.number(), free: z.number() }),
  attempts: z.array(AttemptRecord),
  branch: z.string(),
  /** The branch's tip, once something is on it. */
  head: Sha.nullable(),
  pull: z.number().nullable(),
  summary: z.string(),
  notes: z.array(z.string()),
  /** The usage that its attempts reported. */
  usage: Usage.nullable(),
  /** The most that attempts may have used which ran and left no report, such as on a lost runner. null: nothing. */
  unreported: z.object({ usd: z.number(), tokens: z.number() }).nullable(),
  /** Milliseconds that required checks of the task's heads and the merge itself took, so far. */
  gateMs: z.number(),
  breaker: z.enum(["closed", "open", "half-open"]),
  /** The fingerprint of its last own failure, until it lands. The same again means no progress. */
  fingerprint: z.string().nullable(),
  /**
   * The lane's number for the changes that it last asked a person to approve, and since when a comment can be about them. null: it
   * never asked.
   */
  approvalAsked: z.object({ number: z.number(), since: Time }).nullable(),
  /** The landing that this task takes back: whose, the commit that landed, and the one it landed on. */
  undoes: z.object({ task: z.string(), merge: Sha, base: Sha.nullable() }).nullable(),
  /** Left out: it is no sub-issue. */
  subIssue: TaskSubIssue.optional(),
});

/** The task's merge, also one that arrived after the task had ended without one; null: none. */
const ended = { landing: Landing.nullable() };
/** Why it ended without a merge; null: it has one. A merge that arrives later counts all the same. */
const done = { ...ended, without: Without.nullable() };

export const Task = z.discriminatedUnion("stage", [
  Common.extend({ stage: z.literal("blocked") }),
  /** `delay` null: not judged yet. `failure`: what the next attempt reads. */
  Common.extend({ stage: z.literal("ready"), delay: Delay.nullable(), failure: Failure.nullable() }),
  /** `failure`: why there is another attempt. */
  Common.extend({ stage: z.literal("dispatching"), commits: Commits, failure: Failure.nullable() }),
  Common.extend({ stage: z.literal("working"), commits: Commits }),
  Common.extend({ stage: z.literal("promoting"), promotion: Promotion }),
  /** `retried`: a person brought it back, and is owed an attempt if the lane finds its fault again. Left out: none is owed. */
  Common.extend({
    stage: z.literal("in-lane"),
    head: Sha,
    pull: z.number(),
    entry: Entry,
    retried: z.boolean().optional(),
  }),
  /** Tries again by itself `until` then. */
  Common.extend({ stage: z.literal("waiting"), failure: Failure, origin: Origin, until: Time }),
  Common.extend({ stage: z.literal("parked"), failure: Failure, origin: Origin }),
  Common.extend({ stage: z.literal("done"), ...done }),
  Common.extend({ stage: z.literal("cancelled"), ...ended }),
]);
export type Task = z.infer<typeof Task>;

/** The task at one of these stages. */
export type TaskAt<Stage extends TaskStage> = Extract<Task, { stage: Stage }>;

const commonFields = Object.keys(Common.shape);
type CommonField = keyof z.infer<typeof Common>;

/** The fields that a stage adds. In the lane a task also needs a head and a pull. */
export type StagePart<Stage extends TaskStage = TaskStage> = {
  [One in Stage]: Omit<TaskAt<One>, One extends "in-lane" ? Exclude<CommonField, "head" | "pull"> : CommonField>;
}[Stage];

export function newTask(
  { issue, life }: { issue: { number: number }; life: { number: number; attempts: number } },
  plan: Task["plan"],
  undoes: Task["undoes"] = null,
): Task {
  const kind = plan.role === "research" ? "research" : "build";
  return {
    plan,
    stage: "blocked",
    machine: { attempt: life.attempts, kind, failures: 0, free: 0 },
    attempts: [],
    branch: taskBranch(issue.number, plan.id, life.number),
    head: null,
    pull: null,
    summary: "",
    notes: [],
    usage: null,
    unreported: null,
    gateMs: 0,
    breaker: "closed",
    fingerprint: null,
    approvalAsked: null,
    undoes,
  };
}

/**
 * Moves the task to another stage in place: drops the fields of the stage that it leaves. A copy would leave callers with a
 * task that the feature no longer has.
 */
export function enterStage(task: Task, part: StagePart): void {
  for (const field of Object.keys(task)) {
    if (!commonFields.includes(field)) Reflect.deleteProperty(task, field);
  }
  Object.assign(task, part);
}

export function isEnded({ stage }: Task): boolean {
  return stage === "done" || stage === "cancelled";
}

/** Returns the sub-issue while its closing can leave the task out. */
export function watchedSubIssue(task: Task): TaskSubIssue | null {
  const { subIssue } = task;
  return subIssue === undefined || subIssue.state === "ended" || isEnded(task) ? null : subIssue;
}

export const currentAttempt = (task: Task): AttemptRecord | undefined => task.attempts.at(-1);

export function landingOf(task: Task): Landing | null {
  return "landing" in task ? task.landing : null;
}

/** Returns why the task ended without a merge; null: it has one, or has not ended. */
export function withoutMerge(task: Task): Without | null {
  return task.stage === "done" && task.landing === null ? task.without : null;
}

/** Returns true where nobody did the task's work. */
export function wasLeftOut(task: Task): boolean {
  return isLeftOut(withoutMerge(task));
}

/** Returns the last failure, while the stage keeps it. */
export function failureOf(task: Task): Failure | null {
  return "failure" in task ? task.failure : null;
}

export function delayOf(task: Task): Delay | null {
  return task.stage === "ready" ? task.delay : null;
}

/** Returns what the lane last sent about the task, while it is there. */
export function entryOf(task: Task): TaskAt<"in-lane">["entry"] | null {
  return task.stage === "in-lane" ? task.entry : null;
}
