/** Writes, edits and deletes comments, for REST and GraphQL. */
import type { Initiator } from "../access/initiator.ts";
import type { SandboxContext } from "../context.ts";
import type { BodyChanged, Written } from "../events/event.ts";
import type { Comment, Issue, Repository } from "../store/entities.ts";

/** Announces nothing for a comment whose issue is gone. */
function announceComment(
  context: SandboxContext,
  repository: Repository,
  comment: Comment,
  change: Written<BodyChanged>,
  initiator: Initiator,
): void {
  const issue = context.store
    .table("issues")
    .find((each) => each.repositoryId === repository.id && each.number === comment.issueNumber);
  if (issue === undefined) return;
  context.announce({ repository, initiator, event: "issue_comment", issue, comment, ...change });
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
  announceComment(context, repository, comment, { action: "created" }, initiator);
  return comment;
}

export function editComment(
  context: SandboxContext,
  repository: Repository,
  old: Comment,
  body: string,
  initiator: Initiator,
): Comment {
  if (body === old.body) return old;
  const comment = context.store.table("comments").put({ ...old, body, updatedAt: context.store.now() });
  const changes = { body: { from: old.body } };
  announceComment(context, repository, comment, { action: "edited", changes }, initiator);
  return comment;
}

export function deleteComment(
  context: SandboxContext,
  repository: Repository,
  comment: Comment,
  initiator: Initiator,
): void {
  context.store.table("comments").remove(comment.id);
  announceComment(context, repository, comment, { action: "deleted" }, initiator);
}
