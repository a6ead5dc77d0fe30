/**
 * Everything that happens on this GitHub and that webhooks report, as values. Domain rooms announce an event with what they
 * know about it; `render/webhooks/` gives it GitHub's form. An event holds copies of entities as they were, and whatever
 * takes git to find out, so that rendering needs no waiting.
 */
import type { Initiator } from "../access/initiator.ts";
import type { Commit } from "../git/plumbing/objects.ts";
import type { HeadCommit } from "../git/store.ts";
import type {
  CheckRun,
  CheckSuite,
  Comment,
  CommitStatus,
  Issue,
  Job,
  Label,
  Pull,
  Repository,
  Review,
  ReviewComment,
  User,
  Workflow,
  WorkflowRun,
} from "../store/entities.ts";
import type { PlacedIssue } from "../store/issue-links.ts";
import type { WebhookEvent } from "../store/webhook-event.ts";

/** A ref that moved: `before` null when it was made, `after` null when it was deleted. */
export interface MovedRef {
  ref: string;
  before: string | null;
  after: string | null;
  /** Commits that `before` had are gone from it. */
  forced: boolean;
}

/** A commit of a push, with the names of the files it changed. */
export interface PushedCommit extends Commit {
  added: string[];
  removed: string[];
  modified: string[];
}

export interface PushEvent {
  event: "push";
  moved: MovedRef;
  /** Lists the commits that the ref gained, oldest first. */
  commits: readonly PushedCommit[];
  /** The commit that the ref is at; null when it was deleted. */
  head: PushedCommit | null;
  /** The ref that a new one begins at. */
  baseRef: string | null;
}

interface RefEvent {
  event: "create" | "delete";
  /** A branch's or tag's short name. */
  name: string;
  kind: "branch" | "tag";
}

type RepositoryEvent = { event: "repository" } & (
  | { action: "created" | "deleted" | "archived" | "unarchived" }
  /** `from`: the former name. */
  | { action: "renamed"; from: string }
  /** `from`: the former default branch. */
  | { action: "edited"; from: string }
);

interface From {
  from: string;
}

export interface BodyChanged {
  body?: From;
}

export interface TextChanged extends BodyChanged {
  title?: From;
}

/** Changes of an issue. A pull is an issue too and has the same ones. */
export type IssueChange =
  | { action: "opened" | "closed" | "reopened" }
  | { action: "edited"; changes: TextChanged }
  | { action: "labeled" | "unlabeled"; label: Label }
  | { action: "assigned" | "unassigned"; assignee: User };

export type IssuesEvent = { event: "issues"; issue: Issue } & IssueChange;

/** Changes of a pull request. */
export type PullChange =
  | IssueChange
  | { action: "edited"; changes: { base: { ref: From; sha: From } } }
  | { action: "synchronize"; before: string; after: string }
  | { action: "converted_to_draft" | "ready_for_review" | "auto_merge_enabled" }
  | { action: "auto_merge_disabled"; reason: string }
  | { action: "review_requested" | "review_request_removed"; reviewer: User };

/** Holds the parts of a pull request that are computed from git and the checks instead of stored. */
export interface PullFacts {
  mergeableState: "clean" | "dirty" | "behind" | "blocked" | "unstable" | "draft" | "unknown";
  size: { commits: number; additions: number; deletions: number; files: number };
}

export type PullRequestEvent = { event: "pull_request"; pull: Pull; issue: Issue; facts: PullFacts } & PullChange;

/** Changes of a label, a comment or a review. */
export type Written<Changes> = { action: "created" | "deleted" } | { action: "edited"; changes: Changes };

export type LabelEvent = { event: "label"; label: Label } & Written<{ name?: From }>;
export type IssueCommentEvent = { event: "issue_comment"; issue: Issue; comment: Comment } & Written<BodyChanged>;

export type ReviewChange = { action: "submitted" | "dismissed" } | { action: "edited"; changes: BodyChanged };
export type PullRequestReviewEvent = { event: "pull_request_review"; pull: Pull; review: Review } & ReviewChange;

/** Locates a review comment in the current diff. */
export interface CommentPlace {
  position: number;
  line: number;
  startLine: number | null;
}

/** `place` null: the comment is outdated. */
export interface LocatedComment {
  comment: ReviewComment;
  place: CommentPlace | null;
}

export type ReviewCommentEvent = { event: "pull_request_review_comment"; pull: Pull } & LocatedComment &
  Written<BodyChanged>;

export interface ReviewThreadEvent {
  event: "pull_request_review_thread";
  action: "resolved" | "unresolved";
  pull: Pull;
  /** Its first comment first. */
  thread: readonly [LocatedComment, ...LocatedComment[]];
}

export interface SubIssuesEvent {
  event: "sub_issues";
  action: "sub_issue_added" | "sub_issue_removed" | "parent_issue_added" | "parent_issue_removed";
  parent: PlacedIssue;
  child: PlacedIssue;
}

export interface DependenciesEvent {
  event: "issue_dependencies";
  action: "blocked_by_added" | "blocked_by_removed" | "blocking_added" | "blocking_removed";
  blocked: PlacedIssue;
  blocking: PlacedIssue;
}

export interface StatusEvent {
  event: "status";
  status: CommitStatus;
  commit: Commit;
  /** The branches whose tip the commit is. */
  branches: readonly string[];
}

export interface CheckRunEvent {
  event: "check_run";
  action: "created" | "completed" | "rerequested";
  run: CheckRun;
  suite: CheckSuite;
}

export interface CheckSuiteEvent {
  event: "check_suite";
  action: "completed" | "rerequested";
  suite: CheckSuite;
  headCommit: HeadCommit;
}

export interface WorkflowRunEvent {
  event: "workflow_run";
  action: "requested" | "in_progress" | "completed";
  run: WorkflowRun;
  workflow: Workflow;
  headCommit: HeadCommit;
}

export interface WorkflowJobEvent {
  event: "workflow_job";
  action: "queued" | "in_progress" | "completed";
  job: Job;
  run: WorkflowRun;
}

export interface WorkflowDispatchEvent {
  event: "workflow_dispatch";
  inputs: Record<string, string>;
  ref: string;
  /** The workflow file's path. */
  workflow: string;
}

export type DomainEvent =
  | RepositoryEvent
  | PushEvent
  | RefEvent
  | IssuesEvent
  | LabelEvent
  | IssueCommentEvent
  | SubIssuesEvent
  | DependenciesEvent
  | PullRequestEvent
  | PullRequestReviewEvent
  | ReviewCommentEvent
  | ReviewThreadEvent
  | StatusEvent
  | CheckRunEvent
  | CheckSuiteEvent
  | WorkflowRunEvent
  | WorkflowJobEvent
  | WorkflowDispatchEvent;

/** An event, where it happened and who did it. */
export type Announcement = DomainEvent & {
  repository: Repository;
  initiator: Initiator;
  /** Sends it to this App alone, whether the App subscribed or not. */
  toAppId?: number;
};

/** Sends webhooks and lets workflows start, both beside whatever the caller does next. Returns the event in GitHub's form. */
export type Announce = (announcement: Announcement) => WebhookEvent;
