/** Snapshots of GitHub, as plain JSON, of the few things that the core judges. Adapters produce them. */
import { z } from "zod";
import { MAX_GUARDED, ReviewedChange } from "./promotion/guarded.ts";

/**
 * A repository. `id` is GitHub's: it stays when the repository is renamed or transferred, and no other one ever gets it. `owner` and
 * `name` are for people and for requests, as last seen.
 */
export const Repo = z.object({ id: z.number().int().positive(), owner: z.string().min(1), name: z.string().min(1) });
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

/** How long after a commit of the base a required check was first reported, at the longest of those that were read. */
export const Appearance = z.object({ check: z.string(), ms: Time });
export type Appearance = z.infer<typeof Appearance>;

const Conclusion = z
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
  .nullable();

/** Jobs that a skipped job needs, at most. Those that did not pass come first. */
export const MAX_NEEDS = 50;

/** A job that another one needs, directly or not, and how it ended. `id`: for its log. */
export const NeededJob = z.object({ name: z.string(), conclusion: Conclusion, id: z.number().int() });
export type NeededJob = z.infer<typeof NeededJob>;

/** The maker of a check. Anybody with a token can choose a check's name; nobody can choose its producer. */
export const Producer = z.discriminatedUnion("kind", [
  /** A job of a workflow run at the check's commit. `needs`: read only where the job was skipped. */
  z.object({
    kind: z.literal("job"),
    workflow: z.string(),
    event: z.string(),
    run: z.number().int(),
    needs: z.array(NeededJob).max(MAX_NEEDS),
  }),
  /** An App, with a check run. Also GitHub Actions, where a job's token made the check run. null: GitHub does not show it. */
  z.object({ kind: z.literal("app"), appId: z.number().int().nullable() }),
  /** A user or a bot, with a commit status. null: GitHub does not show who. */
  z.object({ kind: z.literal("status"), creator: z.string().nullable() }),
]);
export type Producer = z.infer<typeof Producer>;

/**
 * One check run or commit status on a head. Conclusions are GitHub's; a status maps to success, failure or pending
 * (`conclusion: null`).
 */
export const Check = z.object({
  name: z.string(),
  producer: Producer,
  conclusion: Conclusion,
  url: z.string().nullable(),
  /** The id of the check run, which is also its job's; null for statuses. */
  id: z.number().int().nullable(),
  startedAt: Time.nullable(),
  completedAt: Time.nullable(),
});
export type Check = z.infer<typeof Check>;

/** The run, job or status that judged a required check of a merged head, as its record keeps it. */
export const JudgedCheck = z.object({
  name: z.string(),
  url: z.string().nullable(),
  by: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("job"), workflow: z.string(), run: z.number().int(), job: z.number().int().nullable() }),
    z.object({ kind: z.literal("app"), appId: z.number().int().nullable(), checkRun: z.number().int().nullable() }),
    z.object({ kind: z.literal("status"), creator: z.string().nullable() }),
  ]),
});
export type JudgedCheck = z.infer<typeof JudgedCheck>;

export function judgedCheck({ name, url, id, producer }: Check): JudgedCheck {
  switch (producer.kind) {
    case "job":
      return { name, url, by: { kind: "job", workflow: producer.workflow, run: producer.run, job: id } };
    case "app":
      return { name, url, by: { kind: "app", appId: producer.appId, checkRun: id } };
    case "status":
      return { name, url, by: producer };
  }
}

/** Workflow files of which one check's producer is any. */
export const MAX_MAKERS = 20;

/** The maker of a required check, as far as the base shows. unknown: only a job counts. */
export const ExpectedProducer = z.discriminatedUnion("kind", [
  /**
   * `workflows`: paths of the base's files whose jobs bear the name; null: any job. A job of another file may take its name from the
   * change itself, as a matrix read from a file does.
   */
  z.object({ kind: z.literal("job"), workflows: z.array(z.string()).max(MAX_MAKERS).nullable() }),
  z.object({ kind: z.literal("app"), appId: z.number().int() }),
  z.object({ kind: z.literal("status"), creator: z.string() }),
  z.object({ kind: z.literal("unknown") }),
]);
export type ExpectedProducer = z.infer<typeof ExpectedProducer>;

/** Leaves out which files make the checks, for a commit whose `.github` is not the base's. */
export function fromAnyFile(producers: PullSnapshot["producers"]): PullSnapshot["producers"] {
  return producers.map(({ check, producer }) => ({
    check,
    producer: producer.kind === "job" ? { ...producer, workflows: null } : producer,
  }));
}

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
  /** Every check of the head, ours and those of the attempt workflow left out. Latest per producer and name. */
  checks: z.array(Check),
  /** The producers of the required checks that no rule pins to an App. Derived from the base at every observation. */
  producers: z.array(z.object({ check: z.string(), producer: ExpectedProducer })),
  /** The head's `.github` is the base's. Otherwise its author chose what its jobs do, and they judge nothing. */
  sameWorkflows: z.boolean(),
  /** The head's changes against its merge base that need a person's approval. */
  guarded: z.array(ReviewedChange).max(MAX_GUARDED),
  /** The checks of `baseSha`, read where a required check fails on the head; null: not read. */
  baseChecks: z.array(Check).nullable(),
  /** People with write access whose latest submitted review asks for changes. */
  changesRequestedBy: z.array(z.string()),
  /** The same of others. Anyone can review a pull of a public repository, so they hold no merge. Left out: there are none. */
  changesWishedBy: z.array(z.string()).max(MAX_CHANGE_REQUESTS).optional(),
  /** The reviews of those with write access, with the head that each is about. Left out: there are none. */
  changeRequests: z.array(ChangeRequest).max(MAX_CHANGE_REQUESTS).optional(),
  /** Logins with write access whose latest review approves. Left out: none, or an older version observed it. */
  approvedBy: z.array(z.string()).max(5).optional(),
  /** The branch that it would merge into, or merged into. A person can change it. Left out: an older version did not read it. */
  base: z.string().optional(),
  /** The label that holds it back. Left out: it bears none. */
  heldBy: z.string().optional(),
  /** The landed commit, once merged. */
  mergeSha: Sha.nullable(),
  mergedAt: Time.nullable(),
});
export type PullSnapshot = z.infer<typeof PullSnapshot>;

/** What GitHub still requires of a pull before it merges it, and who can give it: logins and teams. */
export const Requirement = z.object({
  of: z.enum(["approving-review", "code-owner-review", "conversations", "unlocked-branch", "deployment", "check"]),
  people: z.array(z.string().max(140)).max(5),
});
export type Requirement = z.infer<typeof Requirement>;

/** The id of GitHub's own App for Actions. */
export const ACTIONS_APP = 15_368;

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

/** Why the App may not work in a repository. `messages/explain/feature.ts` makes the sentences. */
export const Closure = z.discriminatedUnion("kind", [
  /** The repository is read-only. */
  z.object({ kind: z.literal("archived") }),
  /** The owner suspended the App's installation. */
  z.object({ kind: z.literal("suspended") }),
  /** The App does not see it: it was uninstalled, the repository was taken from the installation, or it was deleted. */
  z.object({ kind: z.literal("removed") }),
  /** Permissions that the App needs and does not have any more. */
  z.object({
    kind: z.literal("permissions-missing"),
    missing: z.array(z.object({ permission: z.string(), level: z.enum(["read", "write"]) })).min(1),
  }),
]);
export type Closure = z.infer<typeof Closure>;

export function repoName(repo: Repo): string {
  return `${repo.owner}/${repo.name}`;
}
