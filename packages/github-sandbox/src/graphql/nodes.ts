/** Resolves global ids. https://docs.github.com/en/graphql/guides/using-global-node-ids */

import { may } from "../access/permissions.ts";
import { type RepositoryScope, scopeOf } from "../context.ts";
import { readNodeId } from "../render/site.ts";
import type { Comment, Issue, PermissionLevel, Pull } from "../store/entities.ts";
import { type Thread, threadsOf } from "../store/threads.ts";
import { type Asking, Refused, type Shown } from "./fields.ts";
import { checkRunObject } from "./render/checks.ts";
import { commentObject } from "./render/conversation.ts";
import { appObject } from "./render/people.ts";
import { reviewObject } from "./render/pull.ts";
import { threadObject } from "./render/threads.ts";

export type Found =
  | { kind: "Repository"; scope: RepositoryScope }
  | { kind: "Issue"; scope: RepositoryScope; issue: Issue }
  | { kind: "PullRequest"; scope: RepositoryScope; pull: Pull; issue: Issue }
  | { kind: "IssueComment"; scope: RepositoryScope; comment: Comment; issue: Issue };

const unknown = (id: unknown) =>
  new Refused("NOT_FOUND", `Could not resolve to a node with the global id of '${String(id)}'`);

/** Renders the object with this id. @throws Refused if there is none that the actor may see. */
export function nodeShown(asking: Asking, id: unknown): Shown {
  const { context, show } = asking;
  const { store } = context;
  const read = readNodeId(String(id));
  const number = Number(read?.id);
  switch (read?.kind) {
    case "User":
    case "Bot":
    case "Organization":
      if (store.table("users").get(number)?.type !== read.kind) throw unknown(id);
      return show.actor(number);
    case "App": {
      const app = store.table("apps").get(number);
      if (app === undefined) throw unknown(id);
      return appObject(asking, app);
    }
    case "Label": {
      const label = store.table("labels").get(number);
      if (label === undefined) throw unknown(id);
      return show.label(seen(asking, label.repositoryId, id), label);
    }
    case "CheckRun": {
      const run = store.table("checkRuns").get(number);
      if (run === undefined) throw unknown(id);
      return checkRunObject(asking, seen(asking, run.repositoryId, id), run);
    }
    case "PullRequestReviewThread": {
      const { scope, pull, thread } = threadAt(asking, id);
      return threadObject(asking, scope, pull, thread);
    }
    case "PullRequestReview": {
      const review = store.table("reviews").get(number);
      const pull = store.table("pulls").get(review?.pullId ?? 0);
      if (review === undefined || pull === undefined) throw unknown(id);
      return reviewObject(asking, seen(asking, review.repositoryId, id), pull, review);
    }
  }
  const found = nodeOf(asking, id);
  switch (found.kind) {
    case "Repository":
      return show.repository(found.scope);
    case "Issue":
      return show.issue(found.scope, found.issue);
    case "PullRequest":
      return show.pull(found.scope, found.pull);
    case "IssueComment":
      return commentObject(asking, found.scope, found.issue, found.comment);
  }
}

/** Returns the entity with this id, for mutations. @throws Refused */
export function nodeOf(asking: Asking, id: unknown): Found {
  const { store } = asking.context;
  const read = readNodeId(String(id));
  const number = Number(read?.id);
  switch (read?.kind) {
    case "Repository":
      return { kind: "Repository", scope: seen(asking, number, id) };
    case "Issue":
    case "PullRequest": {
      const issue = store.table("issues").get(number);
      if (issue === undefined || issue.isPull !== (read.kind === "PullRequest")) throw unknown(id);
      const scope = seen(asking, issue.repositoryId, id);
      const pull = store.table("pulls").get(number);
      return pull === undefined ? { kind: "Issue", scope, issue } : { kind: "PullRequest", scope, pull, issue };
    }
    case "IssueComment": {
      const comment = store.table("comments").get(number);
      const issue = store
        .table("issues")
        .find((each) => each.repositoryId === comment?.repositoryId && each.number === comment.issueNumber);
      if (comment === undefined || issue === undefined) throw unknown(id);
      return { kind: "IssueComment", scope: seen(asking, comment.repositoryId, id), comment, issue };
    }
    default:
      throw unknown(id);
  }
}

/** Returns the review thread whose first comment has this id. @throws Refused */
export function threadAt(asking: Asking, id: unknown): { scope: RepositoryScope; pull: Pull; thread: Thread } {
  const { store } = asking.context;
  const read = readNodeId(String(id));
  const first = store.table("reviewComments").get(read?.kind === "PullRequestReviewThread" ? Number(read.id) : 0);
  const pull = store.table("pulls").get(first?.pullId ?? 0);
  const thread = pull && threadsOf(store, pull).find(([each]) => each.id === first?.id);
  if (pull === undefined || thread === undefined) throw unknown(id);
  return { scope: seen(asking, pull.repositoryId, id), pull, thread };
}

/** @throws Refused with the error of an unknown id if the actor may not see the repository. */
function seen({ context, actor }: Asking, repositoryId: number, id: unknown): RepositoryScope {
  const repository = context.store.table("repositories").get(repositoryId);
  if (repository === undefined || !may(actor, repository, "metadata", "read")) throw unknown(id);
  return scopeOf(context, repository);
}

/** @throws Refused with GitHub's message if the actor has none of the permissions. */
export function needs(
  asking: Asking,
  scope: RepositoryScope,
  permissions: readonly string[],
  level: PermissionLevel,
): void {
  const { actor } = asking;
  if (permissions.some((permission) => may(actor, scope.repository, permission, level))) return;
  const isPerson = actor.kind === "token" && actor.token.permissions === null;
  if (!isPerson) throw new Refused("FORBIDDEN", "Resource not accessible by integration");
  const message = `${actor.user.login} does not have the correct permissions to execute this mutation`;
  throw new Refused("FORBIDDEN", message);
}
