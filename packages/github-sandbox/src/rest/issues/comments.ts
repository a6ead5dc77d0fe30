/** A comment comes to be, whether by REST or by GraphQL. */
import type { SandboxContext } from "../../context.ts";
import { renderIssue, renderIssueComment } from "../../render/issue.ts";
import { type Besides, told } from "../../render/told.ts";
import type { Comment, Issue, Repository } from "../../store/entities.ts";
import type { By } from "./changes.ts";

export function tellComment<Action extends "created" | "edited" | "deleted">(
  context: SandboxContext,
  repository: Repository,
  comment: Comment,
  action: Action,
  by: By,
  more: Besides<"issue_comment", Action, "issue" | "comment">,
): void {
  const issue = context.store
    .table("issues")
    .find((each) => each.repositoryId === repository.id && each.number === comment.issueNumber);
  if (issue === undefined) return;
  const what = told("issue_comment", "created", {
    issue: renderIssue(context, repository, issue),
    comment: renderIssueComment(context, repository, comment),
  });
  const { user: sender, byJobToken } = by;
  context.announce({ repository, ...what, action, payload: { ...what.payload, ...more }, sender, byJobToken });
}

export function commentOn(
  context: SandboxContext,
  repository: Repository,
  issue: Issue,
  { body, viaAppId }: Pick<Comment, "body" | "viaAppId">,
  by: By,
): Comment {
  const { store } = context;
  const now = store.now();
  const comment = store.transaction(() => {
    store.table("issues").put({ ...(store.table("issues").get(issue.id) ?? issue), updatedAt: now });
    return store.table("comments").put({
      id: store.nextId(),
      repositoryId: repository.id,
      issueNumber: issue.number,
      userId: by.user.id,
      body,
      viaAppId,
      createdAt: now,
      updatedAt: now,
    });
  });
  tellComment(context, repository, comment, "created", by, {});
  return comment;
}
