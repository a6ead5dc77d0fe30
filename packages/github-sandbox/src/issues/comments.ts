/** Writes, edits and deletes comments, for REST and GraphQL. */
import { type ActingScope, announce } from "../context.ts";
import type { BodyChanged, Written } from "../events/event.ts";
import type { Comment, Issue } from "../store/entities.ts";

/** Announces nothing if the comment's issue is gone. */
function announceComment(scope: ActingScope, comment: Comment, change: Written<BodyChanged>): void {
  const issue = scope.store
    .table("issues")
    .find((each) => each.repositoryId === scope.repository.id && each.number === comment.issueNumber);
  if (issue === undefined) return;
  announce(scope, { event: "issue_comment", issue, comment, ...change });
}

export function commentOn(
  scope: ActingScope,
  issue: Issue,
  { body, viaAppId }: Pick<Comment, "body" | "viaAppId">,
): Comment {
  const { store, repository, initiator } = scope;
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
  announceComment(scope, comment, { action: "created" });
  return comment;
}

export function editComment(scope: ActingScope, old: Comment, body: string): Comment {
  if (body === old.body) return old;
  const comment = scope.store.table("comments").put({ ...old, body, updatedAt: scope.store.now() });
  const changes = { body: { from: old.body } };
  announceComment(scope, comment, { action: "edited", changes });
  return comment;
}

export function deleteComment(scope: ActingScope, comment: Comment): void {
  scope.store.table("comments").remove(comment.id);
  announceComment(scope, comment, { action: "deleted" });
}
