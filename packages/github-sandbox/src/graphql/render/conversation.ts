/** Renders issues, and what issues and pulls share: labels, assignees and comments. */
import type { IssueComment, Issue as IssueType } from "@octokit/graphql-schema";
import { labelsOf } from "../../issues/labels.ts";
import { parentOf, subIssuesOf } from "../../issues/sub-issues.ts";
import { nodeId, repositoryWeb } from "../../render/site.ts";
import { association } from "../../render/user.ts";
import type { Comment, Issue, Repository } from "../../store/entities.ts";
import { connection } from "../connection.ts";
import type { Asking, Fields, Shown } from "../fields.ts";

/** Fields that every issue and every pull has. */
export function conversationFields(asking: Asking, repository: Repository, issue: Issue) {
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
    repository: () => show.repository(repository),
    labels: connection(
      "LabelConnection",
      "labels",
      () => labelsOf(context, issue),
      (label) => show.label(repository, label),
    ),
    assignees: connection(
      "UserConnection",
      "assignees",
      () => issue.assigneeIds,
      (id) => show.actor(id),
    ),
    comments: connection("IssueCommentConnection", "comments", comments, (each) =>
      commentObject(asking, repository, issue, each),
    ),
  };
}

/** Fields of the schema that the package's types lack. */
interface Newer {
  parent: unknown;
  subIssues: unknown;
  subIssuesSummary: unknown;
}

export function issueObject(asking: Asking, repository: Repository, issue: Issue): Shown {
  const { context, show } = asking;
  const url = `${repositoryWeb(context, repository)}/issues/${issue.number}`;
  const parent = parentOf(context.store, issue);
  const parts = () => subIssuesOf(context.store, issue);
  const completed = () => parts().filter((each) => each.state === "closed").length;
  return {
    __typename: "Issue",
    ...conversationFields(asking, repository, issue),
    id: nodeId("Issue", issue.id),
    state: issue.state.toUpperCase(),
    stateReason: issue.stateReason?.toUpperCase() ?? null,
    url,
    bodyUrl: url,
    resourcePath: new URL(url).pathname,
    parent: parent === null ? null : () => show.issue(repositoryOf(asking, parent), parent),
    subIssues: connection("IssueConnection", "subIssues", parts, (each) =>
      show.issue(repositoryOf(asking, each), each),
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

function repositoryOf({ context }: Asking, issue: Issue): Repository {
  const found = context.store.table("repositories").get(issue.repositoryId);
  if (found === undefined) throw new Error(`no repository ${issue.repositoryId}`);
  return found;
}

export function commentObject(
  { context, show }: Asking,
  repository: Repository,
  issue: Issue,
  comment: Comment,
): Shown {
  const page = `${repositoryWeb(context, repository)}/${issue.isPull ? "pull" : "issues"}/${issue.number}`;
  const pull = context.store.table("pulls").get(issue.id);
  const minimized = context.store.table("minimizedComments").get(comment.id);
  return {
    __typename: "IssueComment",
    id: nodeId("IssueComment", comment.id),
    databaseId: comment.id,
    fullDatabaseId: String(comment.id),
    author: () => show.actor(comment.userId),
    authorAssociation: association(repository, comment.userId),
    body: comment.body,
    bodyText: comment.body,
    createdAt: comment.createdAt,
    publishedAt: comment.createdAt,
    updatedAt: comment.updatedAt,
    isMinimized: minimized !== undefined,
    minimizedReason: minimized?.reason ?? null,
    url: `${page}#issuecomment-${comment.id}`,
    repository: () => show.repository(repository),
    issue: () => show.issue(repository, issue),
    pullRequest: pull === undefined ? null : () => show.pull(repository, pull),
  } satisfies Fields<IssueComment>;
}
