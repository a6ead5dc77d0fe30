/**
 * The entities of the sandbox's GitHub. Git objects and refs are not among them; they live in real bare repositories.
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
  /** PEM, SPKI. The sandbox hands the private half out once and does not keep it. */
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
  /** Its tokens are refused since then. Left out: they are not. */
  suspendedAt?: string | null;
  createdAt: string;
}

/**
 * A bearer token. `job` is an Actions GITHUB_TOKEN: its changes start no workflow except by dispatch
 * (https://docs.github.com/en/actions/concepts/security/github_token).
 */
export interface Token {
  /** The token's text. */
  id: string;
  kind: "user" | "installation" | "job";
  /** The acting user: a person, the App's bot, or github-actions[bot]. */
  userId: number;
  installationId: number | null;
  /** Ids of the repositories that this token reaches; null: all that its user reaches. */
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
  /** The branch that the pages of its code open on; left out: the default branch. */
  shownBranch?: string;
  /** The last number taken. Issues and pulls share one sequence. */
  lastNumber: number;
  allowMergeCommit: boolean;
  allowSquashMerge: boolean;
  allowRebaseMerge: boolean;
  deleteBranchOnMerge: boolean;
  allowAutoMerge: boolean;
  /** The token of a job may approve pulls. Left out: it may not, as in a new repository. */
  jobsMayApprove?: boolean;
  /** Filters on paths do not keep workflows from starting for a pull. Left out: they do, as on GitHub. */
  ignoresPathFilters?: boolean;
  /** Earlier `owner/name`s. Requests under one are redirected until another repository takes it. */
  formerNames?: string[];
  /** Refuses every change. Left out: it is not archived. */
  archived?: boolean;
  /** Role by user id (as a string, since JSON has no other keys). */
  collaborators: Record<string, Role>;
  secrets: Record<string, string>;
  variables: Record<string, string>;
  /** Workflows of other repositories that every pull must pass (a ruleset's "require workflows to pass"). */
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
  /** A pull request is an issue too. The Pull with the same id holds its other fields. */
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
  /** The user who last moved the head, for rules that require another person's approval of the last push. */
  headPushedById: number;
  /**
   * The head that `opened`, `synchronize` or `reopened` last announced. If it differs from the head, the next start
   * announces it.
   */
  toldSha: string | null;
  baseRef: string;
  /** The base branch's tip when the pull was opened or its head last moved, as GitHub reports `base.sha`. */
  baseSha: string;
  draft: boolean;
  merged: boolean;
  mergedAt: string | null;
  mergedById: number | null;
  /** The merge commit of a merged pull; before that the test merge commit of `mergeability`. */
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
  /** The App that wrote the comment, if one did. */
  viaAppId: number | null;
  createdAt: string;
  updatedAt: string;
}

/** A minimized comment. */
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

/** An event of an issue, as in its list of events. */
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
  /** The label with its name at that time. */
  label: { name: string; color: string } | null;
  /** The commit that closed, merged or mentioned it. */
  commitId: string | null;
  /** The other issue's id, for an event that connects two issues. */
  relatedId: number | null;
  createdAt: string;
}

/** A merge in progress. The next start after a crash completes it if the base ref moved, and drops it otherwise. */
export interface PendingMerge {
  /** The pull's id. */
  id: number;
  baseRef: string;
  oldBaseSha: string;
  newBaseSha: string;
  userId: number;
}
