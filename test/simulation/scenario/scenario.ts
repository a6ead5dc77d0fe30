/**
 * One simulated scenario as plain JSON: the features, the world, the faults and people's acts. With its seed it is
 * complete: the same scenario gives the same run on any machine.
 */
import { z } from "zod";

const Count = z.number().int().positive();

export const TaskSpec = z.object({
  id: z.string(),
  dependsOn: z.array(z.string()),
  size: z.enum(["S", "M", "L"]),
  role: z.enum(["build", "research"]),
  /** How many of the task's first working attempts leave an error that the checks find. */
  broken: z.number().int().nonnegative(),
  /** A file that other tasks change too; null for none. */
  hot: z.string().nullable(),
  /** Tasks with the same word pass alone and fail together. */
  clash: z.string().nullable(),
  /** Whether it changes a file that a person must approve: to one content, or to another one with each attempt. null: it does not. */
  guarded: z.enum(["once", "anew"]).nullable().default(null),
  /** How long its attempts work, in milliseconds. */
  worksMs: Count,
});
export type TaskSpec = z.infer<typeof TaskSpec>;

export const FeatureSpec = z.object({
  labelledAt: z.number().int().nonnegative(),
  land: z.enum(["each", "together"]),
  onFailure: z.enum(["keep", "hold", "rollback"]),
  tasks: z.array(TaskSpec).min(1),
});
export type FeatureSpec = z.infer<typeof FeatureSpec>;

export const JobTrouble = z.enum([
  "hangs",
  "never-starts",
  "cancelled",
  "crashed",
  "startup-failure",
  "late",
  "re-run",
  "no-result",
  "not-json",
  "wrong-attempt",
  "wrong-protocol",
  "bad-checksum",
  "missing-file",
  "not-a-zip",
  "protected-path",
  "swapped-folder",
  /** Its artifact ends every process that reads it. */
  "poison",
  "agent-failed",
  "agent-empty",
  "nothing-to-do",
  "timed-out",
  "budget-exhausted",
  "provider-down",
]);
export type JobTrouble = z.infer<typeof JobTrouble>;

/** How a check deceives: skipped although a job that it needs failed; green by somebody else before the job is. */
export const Deceit = z.enum(["skipped", "forged"]);
export type Deceit = z.infer<typeof Deceit>;

export const CheckTrouble = z.enum(["cancelled", "missing", "late", "red", "hangs", "turns-red", "startup_failure"]);
export type CheckTrouble = z.infer<typeof CheckTrouble>;

const RequestTrouble = z.enum([
  /** 502, and nothing happened. */
  "error",
  /** A timeout, and nothing happened. */
  "lost",
  /** A timeout, but the request took effect. */
  "landed",
  /** 403, a secondary limit, and nothing happened. */
  "limit",
  /** An unexpected 405, 409 or 422, and nothing happened. */
  "405",
  "409",
  "422",
  "slow",
  /** The process dies before the request leaves, or after the server has carried it out. */
  "crash-before",
  "crash-after",
]);

/** Stands for the task whose pull request is nearest to its merge at that moment. */
export const NEXT = "next";

export const Act = z.discriminatedUnion("act", [
  z.object({ act: z.literal("push-branch"), feature: z.number().int(), task: z.string(), broken: z.boolean() }),
  z.object({ act: z.literal("push-base"), path: z.string() }),
  z.object({ act: z.literal("force-base") }),
  /** Pushes to the base what its checks find, or takes it back. Both are checked there. */
  z.object({ act: z.literal("break-base"), on: z.boolean() }),
  /** Gives the repository another name. */
  z.object({ act: z.literal("rename-repository"), name: z.string() }),
  z.object({ act: z.literal("merge-pull"), feature: z.number().int(), task: z.string() }),
  z.object({ act: z.literal("close-pull"), feature: z.number().int(), task: z.string() }),
  /** Of a pull that a person closed. NEXT: the newest. */
  z.object({ act: z.literal("reopen-pull"), feature: z.number().int(), task: z.string() }),
  /** Runs the checks of an open pull that failed again. */
  z.object({ act: z.literal("rerun-checks"), feature: z.number().int(), task: z.string() }),
  z.object({ act: z.literal("delete-branch"), feature: z.number().int(), task: z.string() }),
  /** Has an open pull merge into another branch than it was opened with. */
  z.object({ act: z.literal("retarget-pull"), feature: z.number().int(), task: z.string() }),
  /** Takes that back. NEXT: the newest that was retargeted. */
  z.object({ act: z.literal("retarget-back"), feature: z.number().int(), task: z.string() }),
  /** Merges a retargeted pull into the branch that it has now. */
  z.object({ act: z.literal("merge-elsewhere"), feature: z.number().int(), task: z.string() }),
  z.object({ act: z.literal("title-pull"), feature: z.number().int(), task: z.string(), title: z.string() }),
  z.object({
    act: z.literal("label-pull"),
    feature: z.number().int(),
    task: z.string(),
    label: z.string(),
    on: z.boolean(),
  }),
  /** Makes the branch of a closed pull again, at the head that the pull shows. */
  z.object({ act: z.literal("restore-branch"), feature: z.number().int(), task: z.string() }),
  /** Changes the protection of the base, where it has one. */
  z.object({ act: z.literal("require-review"), on: z.boolean() }),
  z.object({ act: z.literal("lock-base"), on: z.boolean() }),
  z.object({ act: z.literal("draft"), feature: z.number().int(), task: z.string(), on: z.boolean() }),
  z.object({
    act: z.literal("review"),
    feature: z.number().int(),
    task: z.string(),
    verdict: z.enum(["APPROVED", "CHANGES_REQUESTED", "DISMISSED"]),
    by: z.string().default("maya"),
  }),
  z.object({ act: z.literal("label"), feature: z.number().int(), on: z.boolean(), by: z.string() }),
  z.object({ act: z.literal("close-issue"), feature: z.number().int(), by: z.string().default("maya") }),
  z.object({ act: z.literal("reopen-issue"), feature: z.number().int(), by: z.string() }),
  z.object({ act: z.literal("say"), feature: z.number().int(), by: z.string(), text: z.string() }),
  z.object({ act: z.literal("config"), content: z.enum(["other", "broken", "gone", "good"]) }),
]);
export type Act = z.infer<typeof Act>;

const onRequest = { request: z.string(), nth: Count };

/** A fault that happens once: at the nth occurrence of its kind. */
export const Fault = z.discriminatedUnion("on", [
  z.object({ on: z.literal("request"), ...onRequest, fault: RequestTrouble }),
  z.object({ on: z.literal("delivery"), nth: Count, fault: z.enum(["drop", "repeat", "late"]), ms: z.number().int() }),
  z.object({ on: z.literal("job"), nth: Count, fault: JobTrouble }),
  z.object({ on: z.literal("check"), nth: Count, fault: z.union([CheckTrouble, Deceit]) }),
  z.object({ on: z.literal("update"), nth: Count, fault: z.literal("forgotten") }),
  z.object({ on: z.literal("plan"), nth: Count, fault: z.enum(["down", "invalid", "throws", "slow"]) }),
  z.object({
    on: z.literal("effect"),
    /** An effect's type, or `*` for the nth of all effects. */
    effect: z.string(),
    nth: Count,
    fault: z.enum(["crash-before", "crash-in", "crash-after", "lease-lost"]),
  }),
  z.object({
    on: z.literal("step"),
    nth: Count,
    fault: z.enum(["conflict", "conflict-twice", "decided-twice", "crash-before", "crash-after"]),
  }),
  z.object({ on: z.literal("clock"), at: z.number().int(), fault: z.enum(["jump", "stall"]), ms: z.number().int() }),
  /** SIGKILL, SIGSTOP until SIGCONT, or SIGTERM to one process. It is back after `ms`. */
  z.object({
    on: z.literal("process"),
    at: z.number().int(),
    replica: z.number().int().min(0).max(1),
    fault: z.enum(["killed", "frozen", "stopped"]),
    ms: Count,
  }),
  /** A person acts at a time, just before a request reaches the server, or when an effect is about to begin. */
  z.object({ on: z.literal("time"), at: z.number().int(), fault: z.literal("act"), act: Act }),
  z.object({ on: z.literal("moment"), ...onRequest, fault: z.literal("act"), act: Act }),
]);
export type Fault = z.infer<typeof Fault>;

export const Scenario = z.object({
  seed: z.string(),
  world: z.object({
    /** Where the required checks are configured: in strict or loose branch protection, or only in Headgate's config. */
    protection: z.enum(["strict", "loose", "config"]),
    checks: z.array(z.string()).min(1),
    method: z.enum(["merge", "squash", "rebase"]),
    mode: z.enum(["auto", "ready"]),
    maxParallel: z.number().int().min(1),
    /** Jobs that the account can run at a time; null for no limit. Each pull request's checks take `ciJobs` of them. */
    actionsSlots: z.number().int().min(1).nullable(),
    ciJobs: z.number().int().min(0),
    overlap: z.enum(["optimistic", "serialise-hot", "serialise-overlap"]),
    /** How long attempts wait for the first one's prompt cache, in seconds; 0 disables the wait. */
    holdSeconds: z.number().int().min(0),
    /** A feature's budget in US dollars; null for the default. */
    budgetUsd: z.number().positive().nullable(),
    /** When people must approve a plan before it runs. */
    approve: z.enum(["always", "never"]).default("never"),
    /**
     * Processes over one store. A single one voids its leases when it restarts, since no other process can hold any.
     */
    replicas: z.number().int().min(1).max(2),
    webhooks: z.enum(["all", "none"]),
    /** How long GitHub takes to compute a pull request's mergeability: seconds or minutes. */
    mergeability: z.enum(["fast", "slow"]).default("fast"),
    /** How much the processes' clocks are ahead of the database's, in milliseconds. Left out: not at all. */
    skews: z.array(z.number().int()).default([]),
  }),
  features: z.array(FeatureSpec).min(1),
  faults: z.array(Fault),
});
export type Scenario = z.infer<typeof Scenario>;
