/** What exists around a pull: reviews and their comments, who is asked for one, and merges that are to come. */

/** A person's verdict on a pull. Pending ones are drafts that only their author sees. */
export interface Review {
  id: number;
  repositoryId: number;
  /** The pull's id. */
  pullId: number;
  userId: number;
  body: string;
  state: "PENDING" | "COMMENTED" | "APPROVED" | "CHANGES_REQUESTED" | "DISMISSED";
  /** The head that was reviewed. */
  commitId: string;
  submittedAt: string | null;
  updatedAt: string;
}

/** A comment on a line of a pull's diff, or on a whole file of it; always part of a review. */
export interface ReviewComment {
  id: number;
  repositoryId: number;
  pullId: number;
  reviewId: number;
  userId: number;
  body: string;
  path: string;
  /** Where it was written: the head, and the commit the diff started from. */
  commitId: string;
  diffBase: string;
  diffHunk: string;
  /** The line of the diff, counted from its first `@@`; 1 for a whole file. */
  position: number;
  /** null: the whole file. */
  line: number | null;
  side: "LEFT" | "RIGHT";
  startLine: number | null;
  startSide: "LEFT" | "RIGHT" | null;
  /** The comment its thread starts with; null: this one. */
  inReplyTo: number | null;
  createdAt: string;
  updatedAt: string;
}

/** A thread of review comments that somebody has settled. */
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

/** A pull that is to be merged as soon as it may be. */
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

/** A merge asked for with `merge-async`, and what came of it. */
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
  /** What is to be said of it now. */
  words: string;
  mergeSha: string | null;
  updatedAt: string;
}
