/** Comments on issues and pulls. https://docs.github.com/en/rest/issues/comments */

import { z } from "zod";
import { forbidden } from "../../access/errors.ts";
import type { ActingScope, SandboxContext } from "../../context.ts";
import { commentOn, deleteComment, editComment } from "../../issues/comments.ts";
import { renderIssueComment } from "../../render/issue.ts";
import type { Comment } from "../../store/entities.ts";
import { bodyOf, checkComment } from "../body.ts";
import { type HttpContext, newRest, paginate, type Rest, scopeForAny, scopeToJoin } from "../kit.ts";
import { respond } from "../respond.ts";
import { commentAt, conversation, issueAt, mayTriage } from "./find.ts";

const written = z.object({ body: z.string().min(1) });

export function commentRoutes(context: SandboxContext): Rest {
  const rest = newRest();
  const comments = context.store.table("comments");

  rest.get("/repos/:owner/:repo/issues/comments", (http) => {
    const scope = scopeForAny(http, context, conversation, "read");
    const key = http.req.query("sort") === "updated" ? "updatedAt" : "createdAt";
    const sign = http.req.query("direction") === "desc" ? -1 : 1;
    const found = since(
      http,
      comments.filter((comment) => comment.repositoryId === scope.repository.id),
    ).sort((a, b) => sign * (a[key].localeCompare(b[key]) || a.id - b.id));
    return respond<"issues/list-comments-for-repo">(
      http,
      paginate(http, found).map((comment) => renderIssueComment(scope, comment)),
    );
  });

  rest.get("/repos/:owner/:repo/issues/:number{[0-9]+}/comments", (http) => {
    const scope = scopeForAny(http, context, conversation, "read");
    const { number } = issueAt(http, scope);
    const all = comments.filter((each) => each.repositoryId === scope.repository.id && each.issueNumber === number);
    return respond<"issues/list-comments">(
      http,
      paginate(http, since(http, all)).map((comment) => renderIssueComment(scope, comment)),
    );
  });

  rest.post("/repos/:owner/:repo/issues/:number{[0-9]+}/comments", async (http) => {
    const scope = scopeToJoin(http, context, conversation);
    const { body } = await bodyOf(http, written);
    checkComment(body);
    const issue = issueAt(http, scope);
    const actor = http.get("actor");
    const viaAppId = actor.kind === "token" ? (actor.app?.id ?? null) : null;
    const comment = commentOn(scope, issue, { body, viaAppId });
    return respond<"issues/create-comment", 201>(http, renderIssueComment(scope, comment), 201);
  });

  rest.get("/repos/:owner/:repo/issues/comments/:id{[0-9]+}", (http) => {
    const scope = scopeForAny(http, context, conversation, "read");
    return respond<"issues/get-comment">(http, renderIssueComment(scope, commentAt(http, scope)));
  });

  rest.patch("/repos/:owner/:repo/issues/comments/:id{[0-9]+}", async (http) => {
    const scope = scopeToJoin(http, context, conversation);
    const { body } = await bodyOf(http, written);
    checkComment(body);
    const old = ownComment(http, scope);
    const comment = editComment(scope, old, body);
    return respond<"issues/update-comment">(http, renderIssueComment(scope, comment));
  });

  rest.delete("/repos/:owner/:repo/issues/comments/:id{[0-9]+}", (http) => {
    const scope = scopeToJoin(http, context, conversation);
    deleteComment(scope, ownComment(http, scope));
    return http.body(null, 204);
  });

  return rest;
}

/** Returns the comment if the actor wrote it or has write access. @throws ApiError 403 */
function ownComment(http: HttpContext, scope: ActingScope): Comment {
  const comment = commentAt(http, scope);
  if (comment.userId !== scope.initiator.user.id && !mayTriage(http, scope)) {
    throw forbidden("Must have admin rights to Repository.");
  }
  return comment;
}

function since(http: HttpContext, all: Comment[]): Comment[] {
  const from = Date.parse(http.req.query("since") ?? "");
  return Number.isNaN(from) ? all : all.filter((comment) => Date.parse(comment.updatedAt) >= from);
}
