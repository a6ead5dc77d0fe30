/**
 * One simulated story, as plain JSON: what is asked for, what the world is like, what goes wrong and what people do. With
 * its seed it says everything: the same story is the same run, on any machine.
 */
import { z } from "zod";

const Count = z.number().int().positive();

export const TaskSpec = z.object({
  id: z.string(),
  dependsOn: z.array(z.string()),
  size: z.enum(["S", "M", "L"]),
  role: z.enum(["build", "research"]),
  /** Of the task's working attempts, so many at first leave something that the checks find. */
  broken: z.number().int().nonnegative(),
  /** A file that other tasks change too. */
  hot: z.string().nullable(),
  /** Tasks with the same word pass alone and fail together. */
  clash: z.string().nullable(),
  /** How long its attempts work. */
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
  "agent-failed",
  "agent-empty",
  "timed-out",
  "budget-exhausted",
  "provider-down",
]);
export type JobTrouble = z.infer<typeof JobTrouble>;

export const CheckTrouble = z.enum(["cancelled", "missing", "late", "red", "hangs", "turns-red", "startup_failure"]);
export type CheckTrouble = z.infer<typeof CheckTrouble>;

const RequestTrouble = z.enum([
  /** 502; nothing happened. */
  "error",
  /** A time-out; nothing happened. */
  "lost",
  /** A time-out; it happened. */
  "landed",
  /** 403, a secondary limit; nothing happened. */
  "limit",
  /** 405, 409 or 422 out of the blue; nothing happened. */
  "405",
  "409",
  "422",
  "slow",
  /** The process dies before the request leaves, or after the server did what it asked for. */
  "crash-before",
  "crash-after",
]);

/** Stands for the task whose pull is nearest to its merge when somebody acts. */
export const NEXT = "next";

export const Act = z.discriminatedUnion("act", [
  z.object({ act: z.literal("push-branch"), feature: z.number().int(), task: z.string(), broken: z.boolean() }),
  z.object({ act: z.literal("push-base"), path: z.string() }),
  z.object({ act: z.literal("force-base") }),
  z.object({ act: z.literal("merge-pull"), feature: z.number().int(), task: z.string() }),
  z.object({ act: z.literal("close-pull"), feature: z.number().int(), task: z.string() }),
  z.object({ act: z.literal("delete-branch"), feature: z.number().int(), task: z.string() }),
  z.object({ act: z.literal("draft"), feature: z.number().int(), task: z.string(), on: z.boolean() }),
  z.object({
    act: z.literal("review"),
    feature: z.number().int(),
    task: z.string(),
    verdict: z.enum(["APPROVED", "CHANGES_REQUESTED", "DISMISSED"]),
  }),
  z.object({ act: z.literal("label"), feature: z.number().int(), on: z.boolean(), by: z.string() }),
  z.object({ act: z.literal("close-issue"), feature: z.number().int() }),
  z.object({ act: z.literal("say"), feature: z.number().int(), by: z.string(), text: z.string() }),
  z.object({ act: z.literal("config"), content: z.enum(["other", "broken", "gone", "good"]) }),
]);
export type Act = z.infer<typeof Act>;

const onRequest = { request: z.string(), nth: Count };

/** Something that goes wrong, once: at the nth time that something of its kind happens. */
export const Fault = z.discriminatedUnion("on", [
  z.object({ on: z.literal("request"), ...onRequest, fault: RequestTrouble }),
  z.object({ on: z.literal("delivery"), nth: Count, fault: z.enum(["drop", "repeat", "late"]), ms: z.number().int() }),
  z.object({ on: z.literal("job"), nth: Count, fault: JobTrouble }),
  z.object({ on: z.literal("check"), nth: Count, fault: CheckTrouble }),
  z.object({ on: z.literal("update"), nth: Count, fault: z.literal("forgotten") }),
  z.object({ on: z.literal("plan"), nth: Count, fault: z.enum(["down", "invalid", "throws"]) }),
  z.object({
    on: z.literal("effect"),
    /** An effect's type, or `*` for the nth of all. */
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
  /** Somebody does something at a time, or just before a request reaches the server, or when an effect is about to begin. */
  z.object({ on: z.literal("time"), at: z.number().int(), fault: z.literal("act"), act: Act }),
  z.object({ on: z.literal("moment"), ...onRequest, fault: z.literal("act"), act: Act }),
]);
export type Fault = z.infer<typeof Fault>;

export const Scenario = z.object({
  seed: z.string(),
  world: z.object({
    /** Where the required checks are written down: in the server's strict or loose protection, or only in our config. */
    protection: z.enum(["strict", "loose", "config"]),
    checks: z.array(z.string()).min(1),
    method: z.enum(["merge", "squash", "rebase"]),
    mode: z.enum(["auto", "ready"]),
    maxParallel: z.number().int().min(1),
    /** Jobs that the account may run at a time; null: no limit. Each pull's checks take `ciJobs` of them. */
    actionsSlots: z.number().int().min(1).nullable(),
    ciJobs: z.number().int().min(0),
    overlap: z.enum(["optimistic", "serialise-hot", "serialise-overlap"]),
    /** How long attempts wait for the first one's prompt cache; 0: not at all. */
    holdSeconds: z.number().int().min(0),
    /** Dollars that a feature may cost; null: as much as is usual. */
    budgetUsd: z.number().positive().nullable(),
    /** Whether people must say so before a plan is carried out. */
    approve: z.enum(["always", "never"]).default("never"),
    /** Processes over one store. One: its leases are void when it starts again, since nobody else can hold any. */
    replicas: z.number().int().min(1).max(2),
    webhooks: z.enum(["all", "none"]),
  }),
  features: z.array(FeatureSpec).min(1),
  faults: z.array(Fault),
});
export type Scenario = z.infer<typeof Scenario>;
