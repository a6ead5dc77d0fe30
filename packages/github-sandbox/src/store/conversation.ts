/** What people add to issues and pulls beside words. */

/** A comment that is folded away. */
export interface MinimizedComment {
  /** The comment's id. */
  id: number;
  /** Such as `outdated`. */
  reason: string;
}
