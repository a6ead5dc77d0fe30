/** Renders threads of review comments. */

import type { PullRequestReviewComment, PullRequestReviewThread } from "@octokit/graphql-schema";
import { nodeId, repositoryWeb } from "../../render/site.ts";
import { association } from "../../render/user.ts";
import type { Pull, Repository, ReviewComment } from "../../store/entities.ts";
import { isResolved, type Thread } from "../../store/threads.ts";
import { connection } from "../connection.ts";
import type { Asking, Fields, Shown } from "../fields.ts";

export function threadObject(asking: Asking, repository: Repository, pull: Pull, thread: Thread): Shown {
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
    pullRequest: () => show.pull(repository, pull),
    repository: () => show.repository(repository),
    comments: connection(
      "PullRequestReviewCommentConnection",
      "comments",
      () => [...thread],
      (each) => commentShape(asking, repository, pull, each),
    ),
  } satisfies Fields<PullRequestReviewThread>;
}

function commentShape({ show, context }: Asking, repository: Repository, pull: Pull, comment: ReviewComment): Shown {
  return {
    __typename: "PullRequestReviewComment",
    id: nodeId("PullRequestReviewComment", comment.id),
    databaseId: comment.id,
    fullDatabaseId: String(comment.id),
    author: () => show.actor(comment.userId),
    authorAssociation: association(repository, comment.userId),
    body: comment.body,
    bodyText: comment.body,
    path: comment.path,
    diffHunk: comment.diffHunk,
    createdAt: comment.createdAt,
    updatedAt: comment.updatedAt,
    url: `${repositoryWeb(context, repository)}/pull/${pull.number}#discussion_r${comment.id}`,
    pullRequest: () => show.pull(repository, pull),
    repository: () => show.repository(repository),
  } satisfies Fields<PullRequestReviewComment>;
}
