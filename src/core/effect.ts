/**
 * Everything Headgate can do. Each effect has a natural key: the same key is the same doing, however often it is asked
 * for, and find-before-create makes running it twice harmless.
 */
import { z } from "zod";
import { Brief, ChangedFile } from "./attempt.ts";
import { FeatureEvent, LaneEvent } from "./event.ts";
import { Check, Repo } from "./github.ts";
import { JudgedTask, TaskId } from "./plan.ts";
import { Policy } from "./policy.ts";

const Sha = z.string().regex(/^[0-9a-f]{40}$/);
const PullNumber = z.number().int().positive();
const attemptOf = { task: TaskId, attempt: z.number().int().positive() };
const ofRepo = { repo: Repo };

/** Something to say on the issue. Each is said once; `messages` holds the words. */
export const Notice = z.discriminatedUnion("about", [
  z.object({ about: z.literal("unauthorised-label"), by: z.string() }),
  z.object({ about: z.literal("unauthorised-command"), by: z.string(), comment: z.number().int() }),
  z.object({ about: z.literal("malformed-command"), comment: z.number().int(), text: z.string(), reason: z.string() }),
  z.object({ about: z.literal("refused-command"), comment: z.number().int(), reason: z.string() }),
  z.object({ about: z.literal("help"), comment: z.number().int() }),
  z.object({ about: z.literal("not-ready"), round: z.number().int(), problems: z.array(z.string()) }),
  z.object({
    about: z.literal("budget-warning"),
    extra: z.number(),
    short: z.array(z.enum(["usd", "tokens", "minutes"])),
  }),
  z.object({
    about: z.literal("plan-errors"),
    version: z.number().int(),
    errors: z.array(z.string()),
    /** Of what people added to a feature under way, which goes on without it. */
    added: z.boolean().default(false),
  }),
  z.object({ about: z.literal("plan-questions"), version: z.number().int(), questions: z.array(z.string()) }),
]);
export type Notice = z.infer<typeof Notice>;

export const Effect = z.discriminatedUnion("type", [
  // Time and other aggregates
  z.object({ type: z.literal("timer.set"), timer: z.string(), dueAt: z.number().int() }),
  z.object({ type: z.literal("timer.cancel"), timer: z.string() }),
  /** Do not do what waits under this key any more. What is being done goes on. */
  z.object({ type: z.literal("withdraw"), key: z.string() }),
  z.object({ type: z.literal("send"), to: z.string(), key: z.string(), event: z.union([FeatureEvent, LaneEvent]) }),

  // Looking
  z.object({
    type: z.literal("feature.observe"),
    ...ofRepo,
    issue: z.number().int(),
    by: z.string(),
    round: z.number().int(),
  }),
  z.object({ type: z.literal("permission.observe"), ...ofRepo, comment: z.number().int(), by: z.string() }),
  /** Read the issue again (label, state, comments since), for facts whose webhooks were lost. */
  z.object({
    type: z.literal("issue.observe"),
    ...ofRepo,
    issue: z.number().int(),
    round: z.number().int(),
  }),
  z.object({
    type: z.literal("attempt.observe"),
    ...ofRepo,
    ...attemptOf,
    id: z.string(),
    run: z.number().int(),
    seq: z.number().int(),
  }),
  z.object({ type: z.literal("pull.observe"), ...ofRepo, pull: PullNumber, seq: z.number().int() }),
  z.object({ type: z.literal("branch.observe"), ...ofRepo, branch: z.string(), seq: z.number().int() }),
  z.object({
    type: z.literal("failure.read"),
    ...ofRepo,
    pull: PullNumber,
    head: Sha,
    round: z.number().int(),
    checks: z.array(Check),
  }),

  /** Would an entry's head merge with that of an entry ahead of it? Nothing is written. */
  z.object({
    type: z.literal("heads.compare"),
    ...ofRepo,
    pull: PullNumber,
    head: Sha,
    ahead: PullNumber,
    aheadHead: Sha,
    round: z.number().int(),
  }),

  // Planning
  z.object({
    type: z.literal("plan.make"),
    ...ofRepo,
    issue: z.object({ number: z.number().int(), title: z.string(), body: z.string() }),
    base: z.object({ branch: z.string(), sha: Sha }),
    policy: Policy,
    model: z.string(),
    version: z.number().int(),
    /** What people want of it beyond the issue's text. */
    guidance: z.string(),
    /** What the planner wanted to know the last time. Whoever answered did so in the discussion. */
    asked: z.array(z.string()),
    /** Only tasks that people added since, for a feature under way. */
    extends: z.boolean(),
  }),
  /** Bring the plan comment up to date with the state at the time of sending. */
  z.object({ type: z.literal("plan.publish"), ...ofRepo, issue: z.number().int(), version: z.number().int() }),
  /** Write the plan down as sub-issues with dependencies. */
  z.object({
    type: z.literal("plan.file"),
    ...ofRepo,
    issue: z.number().int(),
    version: z.number().int(),
    tasks: z.array(JudgedTask),
  }),

  // Attempts
  z.object({ type: z.literal("attempt.dispatch"), ...ofRepo, ...attemptOf, id: z.string(), brief: Brief }),
  z.object({
    type: z.literal("attempt.cancel"),
    ...ofRepo,
    ...attemptOf,
    id: z.string(),
    run: z.number().int().nullable(),
  }),
  z.object({
    type: z.literal("change.promote"),
    ...ofRepo,
    ...attemptOf,
    /** Asked again after an outage, it is another effect about the same change. */
    round: z.number().int(),
    id: z.string(),
    run: z.number().int(),
    branch: z.string(),
    /** Where the branch must point now; null: it must not exist. */
    from: Sha.nullable(),
    against: Sha,
    parents: z.array(Sha).min(1).max(2),
    manifest: z.array(ChangedFile),
    title: z.string(),
    issue: z.number().int(),
  }),

  /** Make the integration branch. */
  z.object({ type: z.literal("branch.create"), ...ofRepo, branch: z.string(), at: Sha, round: z.number().int() }),
  /** Write what takes a landed commit back: `merge` undone, on a branch of its own. */
  z.object({
    type: z.literal("revert.write"),
    ...ofRepo,
    task: TaskId,
    round: z.number().int(),
    id: z.string(),
    branch: z.string(),
    merge: Sha,
    /** What it landed on: the tree to go back to, as seen from `merge`. */
    base: Sha,
    title: z.string(),
    issue: z.number().int(),
  }),

  // Pulls
  z.object({
    type: z.literal("pull.open"),
    ...ofRepo,
    task: TaskId,
    round: z.number().int(),
    branch: z.string(),
    /** The commit that was promoted: a pull that carried it is this one, whatever people have done to it since. */
    head: Sha,
    base: z.string(),
    title: z.string(),
    issue: z.number().int(),
    summary: z.string(),
    description: z.string(),
    files: z.array(z.string()),
    outsideScope: z.array(z.string()),
  }),
  z.object({ type: z.literal("pull.close"), ...ofRepo, pull: PullNumber }),
  z.object({
    type: z.literal("pull.update"),
    ...ofRepo,
    pull: PullNumber,
    head: Sha,
    base: Sha,
    round: z.number().int(),
  }),
  z.object({
    type: z.literal("checks.rerun"),
    ...ofRepo,
    pull: PullNumber,
    head: Sha,
    round: z.number().int(),
    checks: z.array(Check),
  }),
  z.object({
    type: z.literal("pull.merge"),
    ...ofRepo,
    pull: PullNumber,
    head: Sha,
    round: z.number().int(),
    method: z.enum(["merge", "squash", "rebase"]),
    title: z.string(),
  }),
  z.object({ type: z.literal("branch.delete"), ...ofRepo, branch: z.string() }),

  // Talking to people
  /** Bring the status comment up to date with the state at the time of sending. */
  z.object({ type: z.literal("status.publish"), ...ofRepo, issue: z.number().int() }),
  z.object({ type: z.literal("notice.post"), ...ofRepo, issue: z.number().int(), notice: Notice }),
  z.object({
    type: z.literal("reaction.add"),
    ...ofRepo,
    comment: z.number().int(),
    content: z.enum(["eyes", "+1", "-1", "confused"]),
  }),
  z.object({
    type: z.literal("issue.close"),
    ...ofRepo,
    issue: z.number().int(),
    /** Whose sub-issues Headgate wrote, and closes with it. */
    tasks: z.array(TaskId).default([]),
  }),
]);
export type Effect = z.infer<typeof Effect>;
export type ExternalEffect = Exclude<Effect, { type: "timer.set" | "timer.cancel" | "withdraw" | "send" }>;

/** The name of a notice's marker and the end of its key. */
export function noticeKey(notice: Notice): string {
  switch (notice.about) {
    case "unauthorised-label":
      return `unauthorised-label:${notice.by}`;
    case "unauthorised-command":
      return `unauthorised-command:${notice.by}`;
    case "malformed-command":
    case "refused-command":
    case "help":
      return `answer:${notice.comment}`;
    case "not-ready":
      return `not-ready:${notice.round}`;
    case "budget-warning":
      return `budget-warning:${notice.short.join("+")}:${notice.extra}`;
    case "plan-questions":
      return `plan-questions:${notice.version}`;
    case "plan-errors":
      return `plan-errors:${notice.version}`;
  }
}

/** The effect's natural key within its aggregate. */
export function effectKey(effect: ExternalEffect): string {
  switch (effect.type) {
    case "feature.observe":
    case "issue.observe":
      return `${effect.type}:${effect.round}`;
    case "permission.observe":
      return `${effect.type}:${effect.comment}`;
    case "attempt.observe":
    case "attempt.dispatch":
      return `${effect.type}:${effect.id}`;
    case "attempt.cancel":
      return `${effect.type}:${effect.id}:${effect.run ?? "unknown"}`;
    case "change.promote":
      return `${effect.type}:${effect.id}:${effect.round}`;
    case "plan.make":
    case "plan.file":
      return `${effect.type}:${effect.version}`;
    case "pull.open":
    case "branch.create":
    case "revert.write":
      return `${effect.type}:${effect.branch}:${effect.round}`;
    case "pull.observe":
    case "pull.close":
      return `${effect.type}:${effect.pull}`;
    case "heads.compare":
      return `${effect.type}:${effect.pull}:${effect.head}:${effect.ahead}:${effect.aheadHead}:${effect.round}`;
    case "pull.update":
      return `${effect.type}:${effect.pull}:${effect.head}:${effect.base}:${effect.round}`;
    case "failure.read":
    case "checks.rerun":
    case "pull.merge":
      return `${effect.type}:${effect.pull}:${effect.head}:${effect.round}`;
    case "branch.delete":
    case "branch.observe":
      return `${effect.type}:${effect.branch}`;
    case "status.publish":
    case "plan.publish":
    case "issue.close":
      return effect.type;
    case "notice.post":
      return `${effect.type}:${noticeKey(effect.notice)}`;
    case "reaction.add":
      return `${effect.type}:${effect.comment}:${effect.content}`;
  }
}

/** Asked again, these are done again, once, with the newest wording: what they look at or show may have changed since. */
export function coalesces(effect: ExternalEffect): boolean {
  return ["attempt.observe", "pull.observe", "branch.observe", "status.publish", "plan.publish"].includes(effect.type);
}
