import type {
  App,
  Artifact,
  AutoMerge,
  Cache,
  CheckRun,
  CheckSuite,
  Comment,
  CommitStatus,
  Delivery,
  Installation,
  Issue,
  IssueEvent,
  Job,
  Label,
  MergeRequest,
  MinimizedComment,
  PendingMerge,
  Protection,
  Pull,
  Reaction,
  Repository,
  ResolvedThread,
  Review,
  ReviewComment,
  ReviewRequest,
  Ruleset,
  RunAttempt,
  SecretKey,
  SettingDates,
  Token,
  User,
  Workflow,
  WorkflowRun,
} from "./entities.ts";
import type { IssueDependency, SubIssue } from "./issue-links.ts";
import type { WebhookEvent } from "./webhook-event.ts";

/** An event whose workflow runs have not all started. The next start after a crash goes through it again. */
export interface PendingAnnouncement {
  id: number;
  announcement: WebhookEvent;
}

/** The sandbox's tables by name, with their entities. */
export interface Tables {
  users: User;
  apps: App;
  installations: Installation;
  tokens: Token;
  repositories: Repository;
  labels: Label;
  issues: Issue;
  issueEvents: IssueEvent;
  subIssues: SubIssue;
  issueDependencies: IssueDependency;
  pulls: Pull;
  reviews: Review;
  reviewComments: ReviewComment;
  resolvedThreads: ResolvedThread;
  reviewRequests: ReviewRequest;
  autoMerges: AutoMerge;
  mergeRequests: MergeRequest;
  minimizedComments: MinimizedComment;
  comments: Comment;
  reactions: Reaction;
  checkSuites: CheckSuite;
  checkRuns: CheckRun;
  statuses: CommitStatus;
  protections: Protection;
  rulesets: Ruleset;
  workflows: Workflow;
  runs: WorkflowRun;
  runAttempts: RunAttempt;
  settingDates: SettingDates;
  secretKeys: SecretKey;
  jobs: Job;
  artifacts: Artifact;
  caches: Cache;
  deliveries: Delivery;
  pendingMerges: PendingMerge;
  pendingAnnouncements: PendingAnnouncement;
}
