/** A comment comes to be, whether by REST or by GraphQL. */
import type { Initiator } from "../access/initiator.ts";
import type { SandboxContext } from "../context.ts";
import { renderIssue, renderIssueComment } from "../render/issue.ts";
import { type ExtraFields, webhook } from "../render/webhook.ts";
import type { Comment, Issue, Repository } from "../store/entities.ts";

export function announceIssueComment<Action extends "created" | "edited" | "deleted">(
  context: SandboxContext,
  repository: Repository,
  comment: Comment,
  action: Action,
  initiator: Initiator,
  more: ExtraFields<"issue_comment", Action, "issue" | "comment">,
): void {
  const issue = context.store
    .table("issues")
    .find((each) => each.repositoryId === repository.id && each.number === comment.issueNumber);
  if (issue === undefined) return;
  const what = webhook("issue_comment", "created", {
    issue: renderIssue(context, repository, issue),
    comment: renderIssueComment(context, repository, comment),
  });
  const { user: sender, byJobToken } = initiator;
  context.announce({ repository, ...what, action, payload: { ...what.payload, ...more }, sender, byJobToken });
}

export function commentOn(
  context: SandboxContext,
  repository: Repository,
  issue: Issue,
  { body, viaAppId }: Pick<Comment, "body" | "viaAppId">,
  initiator: Initiator,
): Comment {
  const { store } = context;
  const now = store.now();
  const comment = store.transaction(() => {
    store.table("issues").put({ ...(store.table("issues").get(issue.id) ?? issue), updatedAt: now });
    return store.table("comments").put({
      id: store.nextId(),
      repositoryId: repository.id,
      issueNumber: issue.number,
      userId: initiator.user.id,
      body,
      viaAppId,
      createdAt: now,
      updatedAt: now,
    });
  });
  announceIssueComment(context, repository, comment, "created", initiator, {});
  return comment;
}
