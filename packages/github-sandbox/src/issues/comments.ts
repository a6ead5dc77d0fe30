/** A comment comes to be, whether by REST or by GraphQL. */
import type { Initiator } from "../access/initiator.ts";
import type { SandboxContext } from "../context.ts";
import type { BodyChanged, Written } from "../events/event.ts";
import type { Comment, Issue, Repository } from "../store/entities.ts";

type Happened = Written<BodyChanged>;

/** Announces what happened to a comment; nothing for one whose issue is gone. */
export function announceIssueComment(
  context: SandboxContext,
  repository: Repository,
  comment: Comment,
  happened: Happened,
  initiator: Initiator,
): void {
  const issue = context.store
    .table("issues")
    .find((each) => each.repositoryId === repository.id && each.number === comment.issueNumber);
  if (issue === undefined) return;
  context.announce({ repository, initiator, event: "issue_comment", issue, comment, ...happened });
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
  announceIssueComment(context, repository, comment, { action: "created" }, initiator);
  return comment;
}
