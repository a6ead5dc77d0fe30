/** Issues and comments as a planner's tests need them. */
import type { CommentSnapshot, SubIssue } from "../../src/loop/github-port.ts";
import type { PlannerSettings } from "../../src/planner/planner.ts";
import { repository } from "./fixture.ts";

export function child(number: number, more: Partial<SubIssue> = {}): SubIssue {
  return { number, title: `Do ${number}`, body: "", state: "open", blockedBy: [], ...more };
}

let comments = 0;

export function comment(author: string, body: string, more: Partial<CommentSnapshot> = {}): CommentSnapshot {
  comments += 1;
  const at = "2026-01-01T00:00:00Z";
  return { id: comments, author, authorIsBot: false, body, createdAt: at, updatedAt: at, ...more };
}

/** A repository in which `ada` and `bob` may write. */
export function peopled(
  more: { children?: SubIssue[]; comments?: CommentSnapshot[]; closed?: number[]; files?: Record<string, string> } = {},
): PlannerSettings["github"] {
  return {
    ...repository(more.files),
    subIssues: async () => more.children ?? [],
    issue: async (_, number) => {
      const state = more.closed?.includes(number) ? ("closed" as const) : ("open" as const);
      return { number, title: "Another", body: "", state, labels: [], closedBy: null, author: "eve" };
    },
    comments: async () => more.comments ?? [],
    permission: async (_, login) => (login === "ada" ? "admin" : login === "bob" ? "write" : "read"),
  };
}
