/** Snapshots of GitHub, as plain JSON, of the few things that the core judges. Adapters produce them. */
import { z } from "zod";

export const Repo = z.object({ owner: z.string().min(1), name: z.string().min(1) });
export type Repo = z.infer<typeof Repo>;

/** A person's rights in a repository, from live collaborator permission, never from `author_association`. */
export const Permission = z.enum(["none", "read", "write", "admin"]);
export type Permission = z.infer<typeof Permission>;

const Sha = z.string().regex(/^[0-9a-f]{40}$/);
/** Milliseconds since 1970, UTC. */
const Time = z.number().int().nonnegative();

/** A check that must pass before a merge: from classic protection, rulesets or our config. */
export const RequiredCheck = z.object({
  name: z.string().min(1),
  /** The App that must report it; null: any. */
  appId: z.number().int().nullable(),
});
export type RequiredCheck = z.infer<typeof RequiredCheck>;

/**
 * One check run or commit status on a head. Conclusions are GitHub's; a status maps to success, failure or pending
 * (`conclusion: null`).
 */
export const Check = z.object({
  name: z.string(),
  appId: z.number().int().nullable(),
  /** The workflow's path and event where the check belongs to an Actions job, else null: two workflows may share a job name. */
  workflow: z.string().nullable(),
  event: z.string().nullable(),
  conclusion: z
    .enum([
      "success",
      "failure",
      "neutral",
      "cancelled",
      "skipped",
      "timed_out",
      "action_required",
      "startup_failure",
      "stale",
    ])
    .nullable(),
  url: z.string().nullable(),
  /** The check run's id, for its log; null for statuses. */
  id: z.number().int().nullable(),
  startedAt: Time.nullable(),
  completedAt: Time.nullable(),
});
export type Check = z.infer<typeof Check>;

/** A lane keeps them with what it has seen of its pulls. */
export const MAX_CHANGE_REQUESTS = 5;

/** A submitted review that asks for changes. */
export const ChangeRequest = z.object({ by: z.string(), head: Sha, text: z.string() });
export type ChangeRequest = z.infer<typeof ChangeRequest>;

export const PullSnapshot = z.object({
  number: z.number().int().positive(),
  state: z.enum(["open", "closed", "merged"]),
  draft: z.boolean(),
  headSha: Sha,
  headTree: Sha,
  /** The base branch's tip now (not the pull's recorded base SHA, which lags). */
  baseSha: Sha,
  /** Counts the commits of `baseSha` that the head lacks. */
  behindBy: z.number().int().nonnegative(),
  /** GitHub's answer; null while it computes. */
  mergeable: z.boolean().nullable(),
  /** Every check of the head, ours and those of the attempt workflow left out. Latest per (app, workflow, event, name). */
  checks: z.array(Check),
  /** Logins whose latest submitted review asks for changes. */
  changesRequestedBy: z.array(z.string()),
  /** The reviews of those of them with write access, with the head that each is about. Left out: there are none. */
  changeRequests: z.array(ChangeRequest).max(MAX_CHANGE_REQUESTS).optional(),
  /** The landed commit, once merged. */
  mergeSha: Sha.nullable(),
  mergedAt: Time.nullable(),
});
export type PullSnapshot = z.infer<typeof PullSnapshot>;

/** A workflow run of an attempt. */
export const RunSnapshot = z.object({
  id: z.number().int().positive(),
  status: z.enum(["queued", "in_progress", "completed", "waiting"]),
  conclusion: z.string().nullable(),
  /** The path of the run's workflow file. An artifact counts only from the attempt workflow. */
  path: z.string(),
  runAttempt: z.number().int().positive(),
  url: z.string(),
  /** The attempt job's own times, as the runner gives them. */
  startedAt: Time.nullable(),
  endedAt: Time.nullable(),
});
export type RunSnapshot = z.infer<typeof RunSnapshot>;

export function repoName(repo: Repo): string {
  return `${repo.owner}/${repo.name}`;
}
