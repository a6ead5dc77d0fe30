/** Renders the conversation of an issue or pull: comments and events in order. */
import { html } from "hono/html";
import type { SandboxContext } from "../context.ts";
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

export function conversationOf(context: SandboxContext, repository: Repository, issue: Issue): Html {
  const { store } = context;
  const here = (each: { repositoryId: number; issueNumber: number }) =>
    each.repositoryId === repository.id && each.issueNumber === issue.number;
  const pull = issue.isPull ? store.table("pulls").get(issue.id) : undefined;
  const entries = [
    ...(pull === undefined ? [] : reviewsOn(context, repository, pull)),
    ...store
      .table("comments")
      .filter(here)
      .map((each) => ({ id: each.id, html: comment(context, repository, each) })),
    ...store
      .table("issueEvents")
      .filter(here)
      .map((each) => ({ id: each.id, html: event(context, repository, each) })),
  ].sort((one, other) => one.id - other.id);
  return html`${card(context, repository, { ...issue, subject: "issue" })}${entries.map((each) => each.html)}`;
}

function comment(context: SandboxContext, repository: Repository, entity: Comment): Html {
  return card(context, repository, { ...entity, subject: "comment" });
}

interface Post {
  id: number;
  subject: Reaction["subject"]["kind"];
  userId: number;
  body: string | null;
  createdAt: string;
}

function card(context: SandboxContext, repository: Repository, post: Post): Html {
  const name = post.subject === "comment" ? html` id="issuecomment-${post.id}"` : "";
  const reactions = context.store
    .table("reactions")
    .filter(({ subject }) => subject.kind === post.subject && subject.id === post.id);
  const counted = Map.groupBy(reactions, (each) => each.content);
  return html`<article class="box"${name}>
    <header>${person(context, post.userId)} ${when(post.createdAt)}</header>
    ${markdown(post.body, { store: context.store, repository })}
    ${counted.size === 0 ? "" : html`<p class="reactions">${[...counted].map(([content, all]) => html` ${faces[content]} ${all.length}`)}</p>`}
  </article>`;
}

function event(context: SandboxContext, repository: Repository, entity: IssueEvent): Html {
  const { event, actorId, label, commitId, relatedId, createdAt } = entity;
  const what =
    label === null
      ? html`${event.replaceAll("_", " ")} ${commitId === null ? "" : commit(repository, commitId)}${related(context, relatedId)}`
      : html`${event === "labeled" ? "added the label" : "removed the label"} <span class="label">${label.name}</span>`;
  return html`<p class="event">${person(context, actorId)} ${what} ${when(createdAt)}</p>`;
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
