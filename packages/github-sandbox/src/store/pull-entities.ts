/** The entities around a pull: reviews, review comments, requested reviewers and coming merges. */

/** A person's review of a pull. A pending one is a draft that only its author sees. */
export interface Review {
  id: number;
  repositoryId: number;
  /** The pull's id. */
  pullId: number;
  userId: number;
  body: string;
  state: "PENDING" | "COMMENTED" | "APPROVED" | "CHANGES_REQUESTED" | "DISMISSED";
  /** The reviewed head. */
  commitId: string;
  submittedAt: string | null;
  updatedAt: string;
}

/** A comment on a line or a whole file of a pull's diff. It is always part of a review. */
export interface ReviewComment {
  id: number;
  repositoryId: number;
  pullId: number;
  reviewId: number;
  userId: number;
  body: string;
  path: string;
  /** The head it was written at, and the commit from which the diff started. */
  commitId: string;
  diffBase: string;
  diffHunk: string;
  /** The line's number in the diff, counted from its first `@@`; 1 for a whole file. */
  position: number;
  /** null: the whole file. */
  line: number | null;
  side: "LEFT" | "RIGHT";
  startLine: number | null;
  startSide: "LEFT" | "RIGHT" | null;
  /** The first comment of its thread; null: this one. */
  inReplyTo: number | null;
  createdAt: string;
  updatedAt: string;
}

/** A resolved thread of review comments. */
export interface ResolvedThread {
  /** The id of its first comment. */
  id: number;
  resolvedById: number;
}

export interface ReviewRequest {
  /** `<pull's id>:<user's id>` */
  id: string;
  pullId: number;
  userId: number;
}

export type MergeMethod = "merge" | "squash" | "rebase";

/** A pull with auto-merge enabled. */
export interface AutoMerge {
  /** The pull's id. */
  id: number;
  enabledById: number;
  byJobToken: boolean;
  method: MergeMethod;
  title: string | null;
  message: string | null;
  enabledAt: string;
}

/** A merge requested with `merge-async`, and its result. */
export interface MergeRequest {
  /** A UUID. */
  id: string;
  repositoryId: number;
  pullId: number;
  userId: number;
  byJobToken: boolean;
  method: "default" | MergeMethod;
  action: "default" | "direct_merge";
  expectedHeadSha: string;
  title: string | null;
  message: string | null;
  status: "pending" | "merged" | "failed";
  /** The message that the API gives for its current status. */
  words: string;
  mergeSha: string | null;
  updatedAt: string;
}
