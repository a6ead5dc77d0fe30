/** Relations between issues, also of different repositories of one owner. */
import type { Issue, Repository } from "./entities.ts";

export interface PlacedIssue {
  issue: Issue;
  repository: Repository;
}

/** A sub-issue's place under its parent. An issue has one parent. */
export interface SubIssue {
  /** The sub-issue's id. */
  id: number;
  parentId: number;
  /** Ascending among its siblings. */
  position: number;
}

export interface IssueDependency {
  /** `<blocked>:<blocking>`, of the issues' ids. */
  id: string;
  blockedId: number;
  blockingId: number;
}
