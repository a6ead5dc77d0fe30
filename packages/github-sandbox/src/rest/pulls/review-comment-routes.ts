/** Review comments. https://docs.github.com/en/rest/pulls/comments */

import { z } from "zod";
import { forbidden, notFound, unprocessable } from "../../access/errors.ts";
import { may } from "../../access/permissions.ts";
import type { RepositoryScope, SandboxContext } from "../../context.ts";
import { isAncestor } from "../../git/plumbing/history.ts";
import { announceReviewComment } from "../../pulls/reviews/announce.ts";
import { addComment, placedComment, publicComments, reply } from "../../pulls/reviews/comments.ts";
import type { Pull, ReviewComment } from "../../store/entities.ts";
import { bodyOf } from "../body.ts";
import { type HttpContext, initiatorOf, newRest, paginate, type Rest, scopeFor, scopeToJoin } from "../kit.ts";
import { respond } from "../respond.ts";
import { pullAt } from "./find.ts";
import { renderPlacedComment } from "./shown-comment.ts";

const withBody = z.object({ body: z.string().min(1).max(65_536) });
const answer = z.object({ body: withBody.shape.body, in_reply_to: z.number().int().nullish() });
const side = z.enum(["LEFT", "RIGHT"]);

const written = z.object({
  body: withBody.shape.body,
  commit_id: z.string().min(1),
  path: z.string().min(1),
  position: z.number().int().nullish(),
  line: z.number().int().nullish(),
  side: side.nullish(),
  start_line: z.number().int().nullish(),
  // GitHub's schema also has the value "side"; it stands for the comment's own side.
  start_side: z.union([side, z.literal("side").transform(() => null)]).nullish(),
  subject_type: z.enum(["line", "file"]).nullish(),
});

const pulls = "/repos/:owner/:repo/pulls";
const ofPull = `${pulls}/:number{[0-9]+}/comments`;
const one = `${pulls}/comments/:comment{[0-9]+}`;

export function reviewCommentRoutes(context: SandboxContext): Rest {
  const rest = newRest();
  const { store } = context;
  const table = store.table("reviewComments");
  const readable = (http: HttpContext) => scopeFor(http, context, "pull_requests", "read");
  const joinable = (http: HttpContext) => scopeToJoin(http, context, ["pull_requests"]);

  function commentAt(http: HttpContext, scope: RepositoryScope): ReviewComment {
    const id = Number(http.req.param("comment"));
    const found = publicComments(scope).find((each) => each.id === id);
    if (found === undefined) throw notFound();
    return found;
  }

  /** Returns the comment if the actor wrote it or has write access. */
  function changeable(http: HttpContext, scope: RepositoryScope): { comment: ReviewComment; pull: Pull } {
    const comment = commentAt(http, scope);
    const pull = store.table("pulls").get(comment.pullId);
    if (pull === undefined) throw notFound();
    const isOwn = comment.userId === initiatorOf(http).user.id;
    if (isOwn || may(http.get("actor"), scope.repository, "pull_requests", "write")) return { comment, pull };
    throw forbidden("Must have admin rights to Repository.");
  }

  async function listed(http: HttpContext, scope: RepositoryScope, all: readonly ReviewComment[]) {
    const { sort, direction, since } = http.req.query();
    const key = sort === "updated" ? "updatedAt" : "createdAt";
    const sign = direction === "desc" ? -1 : 1;
    const from = Date.parse(since ?? "");
    const found = all
      .filter((each) => Number.isNaN(from) || Date.parse(each.updatedAt) >= from)
      .sort((a, b) => sign * (a[key].localeCompare(b[key]) || a.id - b.id));
    const page = paginate(http, found);
    const shown = await Promise.all(page.map((each) => renderPlacedComment(scope, each)));
    return respond<"pulls/list-review-comments">(http, shown);
  }

  rest.get(`${pulls}/comments`, (http) => {
    const scope = readable(http);
    return listed(http, scope, publicComments(scope));
  });

  rest.get(ofPull, (http) => {
    const scope = readable(http);
    const pull = pullAt(http, scope);
    const all = publicComments(scope).filter((each) => each.pullId === pull.id);
    return listed(http, scope, all);
  });

  rest.post(ofPull, async (http) => {
    const scope = joinable(http);
    const { in_reply_to: to, body } = await bodyOf(http, answer);
    const pull = pullAt(http, scope);
    const comment = to
      ? await reply(scope, pull, to, body)
      : await addComment(scope, pull, await placedAlone(scope, pull, await bodyOf(http, written)));
    const rendered = await renderPlacedComment(scope, comment);
    return respond<"pulls/create-review-comment", 201>(http, rendered, 201, { Location: rendered.url });
  });

  rest.post(`${ofPull}/:comment{[0-9]+}/replies`, async (http) => {
    const scope = joinable(http);
    const { body } = await bodyOf(http, withBody);
    const pull = pullAt(http, scope);
    const to = Number(http.req.param("comment"));
    const rendered = await renderPlacedComment(scope, await reply(scope, pull, to, body));
    return respond<"pulls/create-reply-for-review-comment", 201>(http, rendered, 201, { Location: rendered.url });
  });

  rest.get(one, async (http) => {
    const scope = readable(http);
    return respond<"pulls/get-review-comment">(http, await renderPlacedComment(scope, commentAt(http, scope)));
  });

  rest.patch(one, async (http) => {
    const scope = joinable(http);
    const { body } = await bodyOf(http, withBody);
    const { comment: old, pull } = changeable(http, scope);
    const comment = table.put({ ...old, body, updatedAt: store.now() });
    if (body !== old.body) {
      const changes = { body: { from: old.body } };
      await announceReviewComment(scope, pull, comment, { action: "edited", changes });
    }
    return respond<"pulls/update-review-comment">(http, await renderPlacedComment(scope, comment));
  });

  rest.delete(one, async (http) => {
    const scope = joinable(http);
    const { comment, pull } = changeable(http, scope);
    store.transaction(() => {
      table.remove(comment.id);
      store.table("resolvedThreads").remove(comment.id);
    });
    await announceReviewComment(scope, pull, comment, { action: "deleted" });
    return http.body(null, 204);
  });

  return rest;
}

const resource = "PullRequestReviewComment";

/** Places a comment outside of a review. @throws ApiError 422 if the pull lacks the commit, file or line. */
async function placedAlone(scope: RepositoryScope, pull: Pull, given: z.output<typeof written>) {
  const { repository } = scope;
  const commitId = await scope.git.resolve(repository, given.commit_id);
  if (commitId === null || !(await isAncestor(scope.git.at(repository), commitId, pull.headSha))) {
    throw unprocessable(resource, [{ field: "commit_id", code: "invalid" }]);
  }
  const wholeFile = given.subject_type === "file";
  if (!wholeFile && !given.line && !given.position) {
    throw unprocessable(resource, [{ field: "line", code: "missing_field" }]);
  }
  const place = {
    line: given.line ?? null,
    side: given.side ?? ("RIGHT" as const),
    startLine: given.start_line ?? null,
    startSide: given.start_side ?? null,
    position: given.position ?? null,
  };
  const { path, body } = given;
  const comment = await placedComment(scope, pull, commitId, {
    path,
    body,
    place: wholeFile ? null : place,
  });
  if (comment === "path")
    throw unprocessable(resource, [{ field: "pull_request_review_thread.path", code: "invalid" }]);
  if (comment === "line") {
    // Message: https://github.com/QwenLM/qwen-code/pull/6711
    const field = "pull_request_review_thread.line";
    throw unprocessable(resource, [
      { field, code: "custom", message: `${field} must be part of the diff` },
      { field: "pull_request_review_thread.diff_hunk", code: "missing_field" },
    ]);
  }
  return comment;
}
