/** Renders issues, and what issues and pulls share: labels, assignees and comments. */

import type { IssueComment, Issue as IssueType } from "@octokit/graphql-schema";
import { type RepositoryScope, scopeOf } from "../../context.ts";
import { labelsOf } from "../../issues/labels.ts";
import { parentOf, subIssuesOf } from "../../issues/sub-issues.ts";
import { nodeId, repositoryWeb } from "../../render/site.ts";
import { association } from "../../render/user.ts";
import type { Comment, Issue } from "../../store/entities.ts";
import { connection } from "../connection.ts";
import type { Asking, Fields, Shown } from "../fields.ts";

/** Fields that every issue and every pull has. */
export function conversationFields(asking: Asking, scope: RepositoryScope, issue: Issue) {
  const { repository } = scope;
  const { context, show } = asking;
  const comments = () =>
    context.store
      .table("comments")
      .filter((each) => each.repositoryId === repository.id && each.issueNumber === issue.number);
  return {
    databaseId: issue.id,
    fullDatabaseId: String(issue.id),
    number: issue.number,
    title: issue.title,
    body: issue.body ?? "",
    bodyText: issue.body ?? "",
    author: () => show.actor(issue.userId),
    authorAssociation: association(repository, issue.userId),
    closed: issue.state === "closed",
    closedAt: issue.closedAt,
    createdAt: issue.createdAt,
    updatedAt: issue.updatedAt,
    locked: issue.locked,
    repository: () => show.repository(scope),
    labels: connection(
      "LabelConnection",
      "labels",
      () => labelsOf(context, issue),
      (label) => show.label(scope, label),
    ),
    assignees: connection(
      "UserConnection",
      "assignees",
      () => issue.assigneeIds,
      (id) => show.actor(id),
    ),
    comments: connection("IssueCommentConnection", "comments", comments, (each) =>
      commentObject(asking, scope, issue, each),
    ),
  };
}

/** Fields of the schema that the package's types lack. */
interface Newer {
  parent: unknown;
  subIssues: unknown;
  subIssuesSummary: unknown;
}

export function issueObject(asking: Asking, scope: RepositoryScope, issue: Issue): Shown {
  const { context, show } = asking;
  const url = `${repositoryWeb(scope)}/issues/${issue.number}`;
  const parent = parentOf(context.store, issue);
  const parts = () => subIssuesOf(context.store, issue);
  const completed = () => parts().filter((each) => each.state === "closed").length;
  return {
    __typename: "Issue",
    ...conversationFields(asking, scope, issue),
    id: nodeId("Issue", issue.id),
    state: issue.state.toUpperCase(),
    stateReason: issue.stateReason?.toUpperCase() ?? null,
    url,
    bodyUrl: url,
    resourcePath: new URL(url).pathname,
    parent: parent === null ? null : () => show.issue(scopeOfIssue(asking, parent), parent),
    subIssues: connection("IssueConnection", "subIssues", parts, (each) =>
      show.issue(scopeOfIssue(asking, each), each),
    ),
    subIssuesSummary: () => {
      const total = parts().length;
      return {
        total,
        completed: completed(),
        percentCompleted: total === 0 ? 0 : Math.floor((completed() / total) * 100),
      };
    },
  } satisfies Fields<IssueType & Newer>;
}

function scopeOfIssue({ context }: Asking, issue: Issue): RepositoryScope {
  const found = context.store.table("repositories").get(issue.repositoryId);
  if (found === undefined) throw new Error(`no repository ${issue.repositoryId}`);
  return scopeOf(context, found);
}

export function commentObject(
  { context, show }: Asking,
  scope: RepositoryScope,
  issue: Issue,
  comment: Comment,
): Shown {
  const page = `${repositoryWeb(scope)}/${issue.isPull ? "pull" : "issues"}/${issue.number}`;
  const pull = context.store.table("pulls").get(issue.id);
  const minimized = context.store.table("minimizedComments").get(comment.id);
  return {
    __typename: "IssueComment",
    id: nodeId("IssueComment", comment.id),
    databaseId: comment.id,
    fullDatabaseId: String(comment.id),
    author: () => show.actor(comment.userId),
    authorAssociation: association(scope.repository, comment.userId),
    body: comment.body,
    bodyText: comment.body,
    createdAt: comment.createdAt,
    publishedAt: comment.createdAt,
    updatedAt: comment.updatedAt,
    isMinimized: minimized !== undefined,
    minimizedReason: minimized?.reason ?? null,
    url: `${page}#issuecomment-${comment.id}`,
    repository: () => show.repository(scope),
    issue: () => show.issue(scope, issue),
    pullRequest: pull === undefined ? null : () => show.pull(scope, pull),
  } satisfies Fields<IssueComment>;
}
