/**
 * What exists in the sandbox's GitHub, apart from git objects and refs, which live in real bare repositories.
 *
 * Every entity is plain JSON with a string or number `id` that is unique within its kind. Times are ISO-8601 strings in
 * UTC with whole seconds, as GitHub writes them.
 */

import type { CheckStatus, Conclusion } from "./check-status.ts";

export type * from "./actions.ts";
export type { CheckStatus, Conclusion } from "./check-status.ts";
export type { Allowed, BypassActor, Protection, Ruleset } from "./protection-entities.ts";
export type {
  AutoMerge,
  MergeMethod,
  MergeRequest,
  ResolvedThread,
  Review,
  ReviewComment,
  ReviewRequest,
} from "./pull-entities.ts";

export type Role = "read" | "triage" | "write" | "maintain" | "admin";
export type PermissionLevel = "read" | "write" | "admin";
export type Permissions = Record<string, PermissionLevel>;

export interface User {
  id: number;
  login: string;
  type: "User" | "Bot" | "Organization";
  name: string | null;
  email: string | null;
}

export interface App {
  id: number;
  slug: string;
  name: string;
  clientId: string;
  ownerId: number;
  /** PEM, SPKI. The private half is given once to whoever registers the App and is not kept. */
  publicKey: string;
  permissions: Permissions;
  events: string[];
  webhookUrl: string | null;
  webhookSecret: string | null;
  createdAt: string;
}

export interface Installation {
  id: number;
  appId: number;
  accountId: number;
  /** Repository ids, or every repository of the account. */
  repositories: number[] | "all";
  createdAt: string;
}

/**
 * A bearer token. `job` is an Actions GITHUB_TOKEN: what it does starts no workflows except by dispatch
 * (https://docs.github.com/en/actions/concepts/security/github_token).
 */
export interface Token {
  /** The token's text. */
  id: string;
  kind: "user" | "installation" | "job";
  /** Who acts: a person, the App's bot user, or github-actions[bot]. */
  userId: number;
  installationId: number | null;
  /** Repository ids this token reaches; null: all that its user reaches. */
  repositories: number[] | null;
  /** null: the user's own role decides. */
  permissions: Permissions | null;
  expiresAt: string | null;
}

export interface Repository {
  id: number;
  ownerId: number;
  owner: string;
  name: string;
  description: string | null;
  private: boolean;
  defaultBranch: string;
  /** The last issue or pull number given out; both share one sequence. */
  lastNumber: number;
  allowMergeCommit: boolean;
  allowSquashMerge: boolean;
  allowRebaseMerge: boolean;
  deleteBranchOnMerge: boolean;
  allowAutoMerge: boolean;
  /** Role by user id (as a string, since JSON has no other keys). */
  collaborators: Record<string, Role>;
  secrets: Record<string, string>;
  variables: Record<string, string>;
  /** Workflows of other repositories that every pull must pass: a ruleset's "require workflows to pass". */
  requiredWorkflows: { repositoryId: number; ref: string; path: string }[];
  createdAt: string;
  pushedAt: string;
}

export interface Label {
  id: number;
  repositoryId: number;
  name: string;
  color: string;
  description: string | null;
}

export interface Issue {
  id: number;
  repositoryId: number;
  number: number;
  title: string;
  body: string | null;
  userId: number;
  state: "open" | "closed";
  stateReason: "completed" | "not_planned" | "duplicate" | "reopened" | null;
  labels: string[];
  assigneeIds: number[];
  /** A pull request is an issue too; its own part is the Pull with the same number. */
  isPull: boolean;
  locked: boolean;
  closedById: number | null;
  createdAt: string;
  updatedAt: string;
  closedAt: string | null;
}

export interface Pull {
  /** The issue's id. */
  id: number;
  repositoryId: number;
  number: number;
  headRef: string;
  headSha: string;
  /** Who last moved the head, for rules that ask for somebody else's approval of the last push. */
  headPushedById: number;
  /** The head that `opened`, `synchronize` or `reopened` last told of; another one is told at the next start. */
  toldSha: string | null;
  baseRef: string;
  /** The base branch's tip when the head last moved or the pull was opened, as GitHub reports `base.sha`. */
  baseSha: string;
  draft: boolean;
  merged: boolean;
  mergedAt: string | null;
  mergedById: number | null;
  /** The merge's commit once merged; before that the test merge commit of `mergeability`. */
  mergeSha: string | null;
  /** Computed some time after the head or the base moved; null until then, as on GitHub. */
  mergeability: { headSha: string; baseSha: string; mergeable: boolean; testMergeSha: string | null } | null;
}

export interface Comment {
  id: number;
  repositoryId: number;
  issueNumber: number;
  userId: number;
  body: string;
  /** The App that wrote it, if one did. */
  viaAppId: number | null;
  createdAt: string;
  updatedAt: string;
}

/** A comment that is folded away. */
export interface MinimizedComment {
  /** The comment's id. */
  id: number;
  /** Such as `outdated`. */
  reason: string;
}

export interface Reaction {
  id: number;
  repositoryId: number;
  subject: { kind: "issue" | "comment"; id: number };
  userId: number;
  content: "+1" | "-1" | "laugh" | "confused" | "heart" | "hooray" | "rocket" | "eyes";
  createdAt: string;
}

export interface CheckSuite {
  id: number;
  repositoryId: number;
  headSha: string;
  headBranch: string | null;
  appId: number;
  workflowRunId: number | null;
  createdAt: string;
  updatedAt: string;
}

export interface CheckRun {
  id: number;
  repositoryId: number;
  suiteId: number;
  headSha: string;
  name: string;
  externalId: string | null;
  detailsUrl: string | null;
  status: CheckStatus;
  conclusion: Conclusion | null;
  appId: number;
  startedAt: string | null;
  completedAt: string | null;
  output: { title: string | null; summary: string | null; text: string | null };
}

export interface CommitStatus {
  id: number;
  repositoryId: number;
  sha: string;
  context: string;
  state: "error" | "failure" | "pending" | "success";
  description: string | null;
  targetUrl: string | null;
  creatorId: number;
  createdAt: string;
}

export interface Delivery {
  /** The row's number; GitHub's `id` of a delivery. */
  id: number;
  guid: string;
  appId: number;
  event: string;
  action: string | null;
  repositoryId: number | null;
  installationId: number | null;
  redelivery: boolean;
  deliveredAt: string;
  durationMs: number;
  statusCode: number;
  status: string;
  url: string;
  requestHeaders: Record<string, string>;
  payload: Record<string, unknown>;
  responseHeaders: Record<string, string>;
  responseBody: string | null;
}

/** What happened to an issue, as its list of events tells it. */
export interface IssueEvent {
  id: number;
  repositoryId: number;
  issueNumber: number;
  event:
    | "labeled"
    | "unlabeled"
    | "closed"
    | "reopened"
    | "merged"
    | "referenced"
    | "sub_issue_added"
    | "sub_issue_removed"
    | "parent_issue_added"
    | "parent_issue_removed"
    | "blocked_by_added"
    | "blocked_by_removed"
    | "blocking_added"
    | "blocking_removed";
  actorId: number;
  /** As it was named then. */
  label: { name: string; color: string } | null;
  /** The commit that closed, merged or mentioned it. */
  commitId: string | null;
  /** The other issue's id, where the event ties two together. */
  relatedId: number | null;
  createdAt: string;
}

/** A merge under way. Left over at a start, it is finished if the base ref moved and dropped if not. */
export interface PendingMerge {
  /** The pull's id. */
  id: number;
  baseRef: string;
  oldBaseSha: string;
  newBaseSha: string;
  userId: number;
}
