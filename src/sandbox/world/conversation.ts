/** What people add to issues and pulls beside words: verdicts, orders, parts. */

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
