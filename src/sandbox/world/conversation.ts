/** What people add to issues and pulls beside words: verdicts, orders, parts. */

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

/** A pull that is to be merged as soon as it may be. */
export interface AutoMerge {
  /** The pull's id. */
  id: number;
  enabledById: number;
  byJobToken: boolean;
  method: "merge" | "squash" | "rebase";
  title: string | null;
  message: string | null;
  enabledAt: string;
}

/** A comment that is folded away. */
export interface MinimizedComment {
  /** The comment's id. */
  id: number;
  /** Such as `outdated`. */
  reason: string;
}

/** An issue that is part of another one. */
export interface SubIssue {
  /** The part's issue id: an issue has at most one parent. */
  id: number;
  parentId: number;
  addedAt: string;
}
