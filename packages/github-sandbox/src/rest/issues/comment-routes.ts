/** Comments on issues and pulls. https://docs.github.com/en/rest/issues/comments */

import { z } from "zod";
import { forbidden } from "../../access/errors.ts";
import type { SandboxContext } from "../../context.ts";
import { commentOn, deleteComment, editComment } from "../../issues/comments.ts";
import { renderIssueComment } from "../../render/issue.ts";
import type { Comment, Repository } from "../../store/entities.ts";
import { bodyOf, checkComment } from "../body.ts";
import { type HttpContext, newRest, paginate, type Rest, repositoryForAny, repositoryToJoin } from "../kit.ts";
import { respond } from "../respond.ts";
import { commentAt, conversation, initiatorOf, issueAt, mayTriage } from "./find.ts";

const written = z.object({ body: z.string().min(1) });

export function commentRoutes(context: SandboxContext): Rest {
  const rest = newRest();
  const comments = context.store.table("comments");

  rest.get("/repos/:owner/:repo/issues/comments", (http) => {
    const repository = repositoryForAny(http, context.store, conversation, "read");
    const key = http.req.query("sort") === "updated" ? "updatedAt" : "createdAt";
    const sign = http.req.query("direction") === "desc" ? -1 : 1;
    const found = since(
      http,
      comments.filter((comment) => comment.repositoryId === repository.id),
    ).sort((a, b) => sign * (a[key].localeCompare(b[key]) || a.id - b.id));
    return respond<"issues/list-comments-for-repo">(
      http,
      paginate(http, found).map((comment) => renderIssueComment(context, repository, comment)),
    );
  });

  rest.get("/repos/:owner/:repo/issues/:number{[0-9]+}/comments", (http) => {
    const repository = repositoryForAny(http, context.store, conversation, "read");
    const { number } = issueAt(http, context, repository);
    const all = comments.filter((each) => each.repositoryId === repository.id && each.issueNumber === number);
    return respond<"issues/list-comments">(
      http,
      paginate(http, since(http, all)).map((comment) => renderIssueComment(context, repository, comment)),
    );
  });

  rest.post("/repos/:owner/:repo/issues/:number{[0-9]+}/comments", async (http) => {
    const repository = repositoryToJoin(http, context.store, conversation);
    const { body } = await bodyOf(http, written);
    checkComment(body);
    const issue = issueAt(http, context, repository);
    const actor = http.get("actor");
    const viaAppId = actor.kind === "token" ? (actor.app?.id ?? null) : null;
    const comment = commentOn(context, repository, issue, { body, viaAppId }, initiatorOf(http));
    return respond<"issues/create-comment", 201>(http, renderIssueComment(context, repository, comment), 201);
  });

  rest.get("/repos/:owner/:repo/issues/comments/:id{[0-9]+}", (http) => {
    const repository = repositoryForAny(http, context.store, conversation, "read");
    return respond<"issues/get-comment">(
      http,
      renderIssueComment(context, repository, commentAt(http, context, repository)),
    );
  });

  rest.patch("/repos/:owner/:repo/issues/comments/:id{[0-9]+}", async (http) => {
    const repository = repositoryToJoin(http, context.store, conversation);
    const { body } = await bodyOf(http, written);
    checkComment(body);
    const old = ownComment(http, context, repository);
    const comment = editComment(context, repository, old, body, initiatorOf(http));
    return respond<"issues/update-comment">(http, renderIssueComment(context, repository, comment));
  });

  rest.delete("/repos/:owner/:repo/issues/comments/:id{[0-9]+}", (http) => {
    const repository = repositoryToJoin(http, context.store, conversation);
    deleteComment(context, repository, ownComment(http, context, repository), initiatorOf(http));
    return http.body(null, 204);
  });

  return rest;
}

/** A comment the actor may change: one's own, or anyone's with write access. */
function ownComment(http: HttpContext, context: SandboxContext, repository: Repository): Comment {
  const comment = commentAt(http, context, repository);
  if (comment.userId !== initiatorOf(http).user.id && !mayTriage(http, repository)) {
    throw forbidden("Must have admin rights to Repository.");
  }
  return comment;
}

function since(http: HttpContext, all: Comment[]): Comment[] {
  const from = Date.parse(http.req.query("since") ?? "");
  return Number.isNaN(from) ? all : all.filter((comment) => Date.parse(comment.updatedAt) >= from);
}
