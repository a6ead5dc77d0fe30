/** Renders the conversation of an issue or pull: comments and events in order. */

import { html } from "hono/html";
import type { RepositoryScope, SandboxContext } from "../context.ts";
import type { Comment, Issue, IssueEvent, Reaction, Repository } from "../store/entities.ts";
import { type Html, pageOf } from "./layout.ts";
import { markdown } from "./markdown/render.ts";
import { person, shortSha, when } from "./parts.ts";
import { reviewsOn } from "./reviews.ts";

const faces: Record<Reaction["content"], string> = {
  "+1": "👍",
  "-1": "👎",
  laugh: "😄",
  confused: "😕",
  heart: "❤️",
  hooray: "🎉",
  rocket: "🚀",
  eyes: "👀",
};

export function conversationOf(scope: RepositoryScope, issue: Issue): Html {
  const { store, repository } = scope;
  const here = (each: { repositoryId: number; issueNumber: number }) =>
    each.repositoryId === repository.id && each.issueNumber === issue.number;
  const pull = issue.isPull ? store.table("pulls").get(issue.id) : undefined;
  const entries = [
    ...(pull === undefined ? [] : reviewsOn(scope, pull)),
    ...store
      .table("comments")
      .filter(here)
      .map((each) => ({ id: each.id, html: comment(scope, each) })),
    ...store
      .table("issueEvents")
      .filter(here)
      .map((each) => ({ id: each.id, html: event(scope, each) })),
  ].sort((one, other) => one.id - other.id);
  return html`${card(scope, { ...issue, subject: "issue" })}${entries.map((each) => each.html)}`;
}

function comment(scope: RepositoryScope, entity: Comment): Html {
  return card(scope, { ...entity, subject: "comment" });
}

interface Post {
  id: number;
  subject: Reaction["subject"]["kind"];
  userId: number;
  body: string | null;
  createdAt: string;
}

function card(scope: RepositoryScope, post: Post): Html {
  const name = post.subject === "comment" ? html` id="issuecomment-${post.id}"` : "";
  const reactions = scope.store
    .table("reactions")
    .filter(({ subject }) => subject.kind === post.subject && subject.id === post.id);
  const counted = Map.groupBy(reactions, (each) => each.content);
  return html`<article class="box"${name}>
    <header>${person(scope, post.userId)} ${when(post.createdAt)}</header>
    ${markdown(post.body, { store: scope.store, repository: scope.repository })}
    ${counted.size === 0 ? "" : html`<p class="reactions">${[...counted].map(([content, all]) => html` ${faces[content]} ${all.length}`)}</p>`}
  </article>`;
}

function event(scope: RepositoryScope, entity: IssueEvent): Html {
  const { event, actorId, label, commitId, relatedId, createdAt } = entity;
  const what =
    label === null
      ? html`${event.replaceAll("_", " ")} ${commitId === null ? "" : commit(scope.repository, commitId)}${related(scope, relatedId)}`
      : html`${event === "labeled" ? "added the label" : "removed the label"} <span class="label">${label.name}</span>`;
  return html`<p class="event">${person(scope, actorId)} ${what} ${when(createdAt)}</p>`;
}

function commit(repository: Repository, sha: string): Html {
  return html`<a href="${pageOf(repository, `commit/${sha}`)}"><code>${shortSha(sha)}</code></a>`;
}

/** Links the other issue of an event that connects two. */
function related(context: SandboxContext, id: number | null): Html {
  const issue = id === null ? undefined : context.store.table("issues").get(id);
  const repository = issue && context.store.table("repositories").get(issue.repositoryId);
  if (issue === undefined || repository === undefined) return html``;
  return html`<a href="${pageOf(repository, `issues/${issue.number}`)}">${repository.owner}/${repository.name}#${issue.number}</a>`;
}
