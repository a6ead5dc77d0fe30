/** Comments on issues and pulls. https://docs.github.com/en/rest/issues/comments */
import { z } from "zod";
import type { Hub } from "../../hub.ts";
import { comment as render } from "../../shapes/issue.ts";
import type { Besides } from "../../shapes/told.ts";
import type { Comment, Repository } from "../../world/entities.ts";
import { bodyOf, checkComment } from "../body.ts";
import {
  forbidden,
  newRest,
  paginate,
  type Rest,
  type RestContext,
  repositoryForAny,
  repositoryToJoin,
} from "../kit.ts";
import { respond } from "../respond.ts";
import type { By } from "./changes.ts";
import { commentOn, tellComment } from "./comments.ts";
import { by, commentAt, conversation, issueAt, mayTriage } from "./find.ts";

const written = z.object({ body: z.string().min(1) });

export function commentRoutes(hub: Hub): Rest {
  const rest = newRest();
  const comments = hub.world.table("comments");

  const tell = <Action extends "created" | "edited" | "deleted">(
    repository: Repository,
    comment: Comment,
    action: Action,
    who: By,
    more: Besides<"issue_comment", Action, "issue" | "comment">,
  ) => tellComment(hub, repository, comment, action, who, more);

  rest.get("/repos/:owner/:repo/issues/comments", (context) => {
    const repository = repositoryForAny(context, hub.world, conversation, "read");
    const key = context.req.query("sort") === "updated" ? "updatedAt" : "createdAt";
    const sign = context.req.query("direction") === "desc" ? -1 : 1;
    const found = since(
      context,
      comments.filter((comment) => comment.repositoryId === repository.id),
    ).sort((a, b) => sign * (a[key].localeCompare(b[key]) || a.id - b.id));
    return respond<"issues/list-comments-for-repo">(
      context,
      paginate(context, found).map((comment) => render(hub, repository, comment)),
    );
  });

  rest.get("/repos/:owner/:repo/issues/:number{[0-9]+}/comments", (context) => {
    const repository = repositoryForAny(context, hub.world, conversation, "read");
    const { number } = issueAt(context, hub, repository);
    const all = comments.filter((each) => each.repositoryId === repository.id && each.issueNumber === number);
    return respond<"issues/list-comments">(
      context,
      paginate(context, since(context, all)).map((comment) => render(hub, repository, comment)),
    );
  });

  rest.post("/repos/:owner/:repo/issues/:number{[0-9]+}/comments", async (context) => {
    const repository = repositoryToJoin(context, hub.world, conversation);
    const { body } = await bodyOf(context, written);
    checkComment(body);
    const issue = issueAt(context, hub, repository);
    const actor = context.get("actor");
    const viaAppId = actor.kind === "token" ? (actor.app?.id ?? null) : null;
    const comment = commentOn(hub, repository, issue, { body, viaAppId }, by(context));
    return respond<"issues/create-comment", 201>(context, render(hub, repository, comment), 201);
  });

  rest.get("/repos/:owner/:repo/issues/comments/:id{[0-9]+}", (context) => {
    const repository = repositoryForAny(context, hub.world, conversation, "read");
    return respond<"issues/get-comment">(context, render(hub, repository, commentAt(context, hub, repository)));
  });

  rest.patch("/repos/:owner/:repo/issues/comments/:id{[0-9]+}", async (context) => {
    const repository = repositoryToJoin(context, hub.world, conversation);
    const { body } = await bodyOf(context, written);
    checkComment(body);
    const old = ownComment(context, hub, repository);
    if (body === old.body) return respond<"issues/update-comment">(context, render(hub, repository, old));
    const comment = comments.put({ ...old, body, updatedAt: hub.world.now() });
    tell(repository, comment, "edited", by(context), { changes: { body: { from: old.body } } });
    return respond<"issues/update-comment">(context, render(hub, repository, comment));
  });

  rest.delete("/repos/:owner/:repo/issues/comments/:id{[0-9]+}", (context) => {
    const repository = repositoryToJoin(context, hub.world, conversation);
    const comment = ownComment(context, hub, repository);
    comments.remove(comment.id);
    tell(repository, comment, "deleted", by(context), {});
    return context.body(null, 204);
  });

  return rest;
}

/** A comment the actor may change: one's own, or anyone's with write access. */
function ownComment(context: RestContext, hub: Hub, repository: Repository): Comment {
  const comment = commentAt(context, hub, repository);
  if (comment.userId !== by(context).user.id && !mayTriage(context, repository)) {
    throw forbidden("Must have admin rights to Repository.");
  }
  return comment;
}

function since(context: RestContext, all: Comment[]): Comment[] {
  const from = Date.parse(context.req.query("since") ?? "");
  return Number.isNaN(from) ? all : all.filter((comment) => Date.parse(comment.updatedAt) >= from);
}
