/** Why Headgate cannot start in a repository, and what people should know before it does. `messages/problems/preflight.ts` has the words. */
import { z } from "zod";

const method = z.enum(["merge", "squash", "rebase"]);
const line = z.number().int().positive().nullable();

/** `quoted`: the YAML parser's message. */
const yamlFaults = [
  z.object({ kind: z.literal("duplicate-key"), key: z.string() }),
  z.object({ kind: z.literal("second-document") }),
  z.object({ kind: z.literal("not-yaml"), quoted: z.string() }),
] as const;

export const YamlFault = z.discriminatedUnion("kind", yamlFaults);
export type YamlFault = z.infer<typeof YamlFault>;

/** Problems of `.github/headgate.yml`. `key` is a path of keys, such as `attempts.max`. */
export const ConfigFault = z.discriminatedUnion("kind", [
  ...yamlFaults,
  z.object({ kind: z.literal("file-too-large"), mostKilobytes: z.number() }),
  z.object({ kind: z.literal("not-a-mapping") }),
  z.object({
    kind: z.literal("unknown-key"),
    key: z.string(),
    /** The group that holds it; null: the file itself. */
    group: z.string().nullable(),
    known: z.array(z.string()),
  }),
  z.object({ kind: z.literal("model-unpriced"), key: z.string(), model: z.string(), known: z.array(z.string()) }),
  z.object({ kind: z.literal("path-outside"), key: z.string() }),
  z.object({ kind: z.literal("path-repeats-group"), key: z.string() }),
  z.object({ kind: z.literal("path-negated"), key: z.string() }),
  /** `quoted`: the schema's message. */
  z.object({ kind: z.literal("invalid-value"), key: z.string(), quoted: z.string() }),
]);
export type ConfigFault = z.infer<typeof ConfigFault>;

export const WorkflowFault = z.discriminatedUnion("kind", [
  ...yamlFaults,
  z.object({ kind: z.literal("not-a-workflow") }),
]);
export type WorkflowFault = z.infer<typeof WorkflowFault>;

/** Keeps Headgate from starting. */
export const Problem = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("base-missing"), branch: z.string() }),
  z.object({ kind: z.literal("workflow-missing"), path: z.string(), branch: z.string() }),
  z.object({ kind: z.literal("workflow-disabled"), path: z.string() }),
  /** `missing`: inputs that it does not take; null: nobody can start it by hand, or it cannot be read. */
  z.object({
    kind: z.literal("workflow-not-runnable"),
    path: z.string(),
    branch: z.string(),
    missing: z.array(z.string()).nullable(),
  }),
  /** Git cannot hold `headgate/…` branches beside a branch named `headgate`. */
  z.object({ kind: z.literal("branch-in-the-way") }),
  z.object({ kind: z.literal("no-required-checks"), branch: z.string() }),
  /** `line`: null where the whole file is meant. */
  z.object({ kind: z.literal("config"), line, fault: ConfigFault }),
  z.object({ kind: z.literal("more-config"), count: z.number().int() }),
  z.object({ kind: z.literal("permission-missing"), permission: z.string(), level: z.enum(["read", "write"]) }),
  z.object({ kind: z.literal("rule-refuses-branch"), rule: z.string(), ruleset: z.string(), branch: z.string() }),
  /** The base takes merges only through a merge queue, which Headgate does not fill yet. */
  z.object({ kind: z.literal("merge-queue"), branch: z.string() }),
  z.object({ kind: z.literal("merge-method-refused"), branch: z.string(), method, allowed: z.array(method) }),
  z.object({ kind: z.literal("check-never-runs"), check: z.string(), workflow: z.string(), base: z.string() }),
  /** A sentence that a version before feature schema 6 stored. */
  z.object({ kind: z.literal("unknown"), text: z.string() }),
]);
export type Problem = z.infer<typeof Problem>;

/** A version before feature schema 9 knew only this event. */
const startedBy = z.string().default("pull_request_target");

/** Prevents no start. The person who approves a plan should know it. */
export const Warning = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("check-runs-sometimes"), check: z.string(), workflow: z.string() }),
  /** Where its job runs, its checks have other names. `instead`: one of them. */
  z.object({
    kind: z.literal("check-only-skipped"),
    check: z.string(),
    workflow: z.string(),
    instead: z.string().nullable(),
  }),
  /** The matrix of the job makes checks of other names. `instead`: some of them. */
  z.object({
    kind: z.literal("check-not-in-matrix"),
    check: z.string(),
    workflow: z.string(),
    instead: z.array(z.string()),
  }),
  /** Runs of all pulls share a concurrency group, in which GitHub cancels all but the last. */
  z.object({ kind: z.literal("checks-cancelled"), workflow: z.string(), group: z.string() }),
  z.object({ kind: z.literal("check-unknown"), check: z.string(), base: z.string() }),
  /** It failed on the base's tip when last reported there. A task may be about to fix it. */
  z.object({ kind: z.literal("check-red-on-base"), check: z.string(), base: z.string() }),
  /** No required check was reported on the base's tip. */
  z.object({ kind: z.literal("base-unchecked"), base: z.string() }),
  /** The base demands it of each pull. `count`: of approvals. `names`: of environments or workflows. */
  z.object({
    kind: z.literal("merge-waits"),
    branch: z.string(),
    for: z.enum([
      "approvals",
      "code-owners",
      "conversations",
      "last-push",
      "lock",
      "pushers",
      "deployments",
      "workflows",
    ]),
    count: z.number().int().nullable(),
    names: z.array(z.string()),
  }),
  /** A rule of a ruleset about messages, paths, files or scans. */
  z.object({
    kind: z.literal("rule-may-refuse"),
    branch: z.string(),
    rule: z.string(),
    pattern: z.string().nullable(),
  }),
  /** Branches of the tasks that exist before any task has begun. */
  z.object({ kind: z.literal("branches-left"), branches: z.array(z.string()) }),
  /** GitHub does not show `what` of the base to the App. */
  z.object({ kind: z.literal("base-not-readable"), branch: z.string(), what: z.array(z.string()) }),
  /** The default branch's file runs with its secrets, and fetches what a pull proposes. */
  z.object({ kind: z.literal("target-runs-head"), workflow: z.string(), event: startedBy }),
  /** It fetches what the file does not show. */
  z.object({ kind: z.literal("target-may-run-head"), workflow: z.string(), event: startedBy }),
  /** `*`: any of them. */
  z.object({ kind: z.literal("secrets-reachable"), workflow: z.string(), secrets: z.array(z.string()) }),
  /** The workflow runs the default branch's code after an agent's code ran or a comment was written. */
  z.object({
    kind: z.literal("secrets-afterwards"),
    workflow: z.string(),
    event: z.string(),
    secrets: z.array(z.string()),
  }),
  z.object({ kind: z.literal("environment-reachable"), workflow: z.string(), environments: z.array(z.string()) }),
  z.object({ kind: z.literal("token-writes"), workflow: z.string(), scopes: z.array(z.string()) }),
  /** The files state no permissions, so the repository's setting counts, which the App may not read. */
  z.object({ kind: z.literal("token-unstated"), workflows: z.array(z.string()) }),
  z.object({ kind: z.literal("self-hosted"), workflow: z.string() }),
  /** `runners`: as the file names them, such as `${{ vars.RUNNER }}`. */
  z.object({ kind: z.literal("runner-unknown"), workflow: z.string(), runners: z.array(z.string()) }),
  /** The called workflow is in another repository, or cannot be read. */
  z.object({ kind: z.literal("call-unread"), workflow: z.string(), calls: z.array(z.string()) }),
  z.object({ kind: z.literal("workflow-unreadable"), workflow: z.string(), line, fault: WorkflowFault }),
  z.object({ kind: z.literal("more-warnings"), count: z.number().int() }),
  /** A sentence that a version before feature schema 6 stored. */
  z.object({ kind: z.literal("unknown"), text: z.string() }),
]);
export type Warning = z.infer<typeof Warning>;
