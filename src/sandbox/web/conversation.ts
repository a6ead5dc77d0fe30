/** What was said and done on an issue or pull, in its order. */
import { html } from "hono/html";
import type { Hub } from "../hub.ts";
import type { Comment, Issue, IssueEvent, Reaction, Repository } from "../world/entities.ts";
import type { Html } from "./layout.ts";
import { markdown } from "./markdown/render.ts";
import { person, when } from "./parts.ts";

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

export function conversation(hub: Hub, repository: Repository, issue: Issue): Html {
  const { world } = hub;
  const here = (each: { repositoryId: number; issueNumber: number }) =>
    each.repositoryId === repository.id && each.issueNumber === issue.number;
  const said = [
    ...world
      .table("comments")
      .filter(here)
      .map((each) => ({ id: each.id, html: comment(hub, repository, each) })),
    ...world
      .table("issueEvents")
      .filter(here)
      .map((each) => ({ id: each.id, html: event(hub, each) })),
  ].sort((one, other) => one.id - other.id);
  return html`${card(hub, repository, { ...issue, subject: "issue" })}${said.map((each) => each.html)}`;
}

function comment(hub: Hub, repository: Repository, entity: Comment): Html {
  return card(hub, repository, { ...entity, subject: "comment" });
}

interface Said {
  id: number;
  subject: Reaction["subject"]["kind"];
  userId: number;
  body: string | null;
  createdAt: string;
}

function card(hub: Hub, repository: Repository, said: Said): Html {
  const name = said.subject === "comment" ? html` id="issuecomment-${said.id}"` : "";
  const reactions = hub.world
    .table("reactions")
    .filter(({ subject }) => subject.kind === said.subject && subject.id === said.id);
  const counted = Map.groupBy(reactions, (each) => each.content);
  return html`<article class="box"${name}>
    <header>${person(hub, said.userId)} ${when(said.createdAt)}</header>
    ${markdown(said.body, { world: hub.world, repository })}
    ${counted.size === 0 ? "" : html`<p class="reactions">${[...counted].map(([content, all]) => html` ${faces[content]} ${all.length}`)}</p>`}
  </article>`;
}

function event(hub: Hub, { event, actorId, label, createdAt }: IssueEvent): Html {
  const what =
    label === null
      ? event
      : html`${event === "labeled" ? "added the label" : "removed the label"} <span class="label">${label.name}</span>`;
  return html`<p class="event">${person(hub, actorId)} ${what} ${when(createdAt)}</p>`;
}
