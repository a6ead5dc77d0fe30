/** Renders threads of review comments. */

import type { PullRequestReviewComment, PullRequestReviewThread } from "@octokit/graphql-schema";
import type { RepositoryScope } from "../../context.ts";
import { nodeId, repositoryWeb } from "../../render/site.ts";
import { association } from "../../render/user.ts";
import type { Pull, ReviewComment } from "../../store/entities.ts";
import { isResolved, type Thread } from "../../store/threads.ts";
import { connection } from "../connection.ts";
import type { Asking, Fields, Shown } from "../fields.ts";

export function threadObject(asking: Asking, scope: RepositoryScope, pull: Pull, thread: Thread): Shown {
  const { context, show } = asking;
  const [first] = thread;
  const resolved = context.store.table("resolvedThreads").get(first.id);
  return {
    __typename: "PullRequestReviewThread",
    id: nodeId("PullRequestReviewThread", first.id),
    isResolved: isResolved(context.store, thread),
    resolvedBy: resolved === undefined ? null : () => show.actor(resolved.resolvedById),
    path: first.path,
    originalLine: first.line,
    originalStartLine: first.startLine,
    subjectType: first.line === null ? "FILE" : "LINE",
    pullRequest: () => show.pull(scope, pull),
    repository: () => show.repository(scope),
    comments: connection(
      "PullRequestReviewCommentConnection",
      "comments",
      () => [...thread],
      (each) => commentShape(asking, scope, pull, each),
    ),
  } satisfies Fields<PullRequestReviewThread>;
}

function commentShape({ show }: Asking, scope: RepositoryScope, pull: Pull, comment: ReviewComment): Shown {
  return {
    __typename: "PullRequestReviewComment",
    id: nodeId("PullRequestReviewComment", comment.id),
    databaseId: comment.id,
    fullDatabaseId: String(comment.id),
    author: () => show.actor(comment.userId),
    authorAssociation: association(scope.repository, comment.userId),
    body: comment.body,
    bodyText: comment.body,
    path: comment.path,
    diffHunk: comment.diffHunk,
    createdAt: comment.createdAt,
    updatedAt: comment.updatedAt,
    url: `${repositoryWeb(scope)}/pull/${pull.number}#discussion_r${comment.id}`,
    pullRequest: () => show.pull(scope, pull),
    repository: () => show.repository(scope),
  } satisfies Fields<PullRequestReviewComment>;
}
