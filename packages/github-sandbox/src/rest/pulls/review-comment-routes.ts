/** Review comments. https://docs.github.com/en/rest/pulls/comments */

import { z } from "zod";
import { forbidden, notFound, unprocessable } from "../../access/errors.ts";
import { may } from "../../access/permissions.ts";
import type { SandboxContext } from "../../context.ts";
import { isAncestor } from "../../git/plumbing/history.ts";
import { announceReviewComment } from "../../pulls/reviews/announce.ts";
import { addComment, placedComment, publicComments, reply } from "../../pulls/reviews/comments.ts";
import type { Pull, Repository, ReviewComment } from "../../store/entities.ts";
import { bodyOf } from "../body.ts";
import { initiatorOf } from "../issues/find.ts";
import { type HttpContext, newRest, paginate, type Rest, repositoryFor, repositoryToJoin } from "../kit.ts";
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
  const readable = (http: HttpContext) => repositoryFor(http, store, "pull_requests", "read");
  const joinable = (http: HttpContext) => repositoryToJoin(http, store, ["pull_requests"]);

  function commentAt(http: HttpContext, repository: Repository): ReviewComment {
    const id = Number(http.req.param("comment"));
    const found = publicComments(context, repository).find((each) => each.id === id);
    if (found === undefined) throw notFound();
    return found;
  }

  /** Returns the comment if the actor wrote it or has write access. */
  function changeable(http: HttpContext, repository: Repository): { comment: ReviewComment; pull: Pull } {
    const comment = commentAt(http, repository);
    const pull = store.table("pulls").get(comment.pullId);
    if (pull === undefined) throw notFound();
    const isOwn = comment.userId === initiatorOf(http).user.id;
    if (isOwn || may(http.get("actor"), repository, "pull_requests", "write")) return { comment, pull };
    throw forbidden("Must have admin rights to Repository.");
  }

  async function listed(http: HttpContext, repository: Repository, all: readonly ReviewComment[]) {
    const { sort, direction, since } = http.req.query();
    const key = sort === "updated" ? "updatedAt" : "createdAt";
    const sign = direction === "desc" ? -1 : 1;
    const from = Date.parse(since ?? "");
    const found = all
      .filter((each) => Number.isNaN(from) || Date.parse(each.updatedAt) >= from)
      .sort((a, b) => sign * (a[key].localeCompare(b[key]) || a.id - b.id));
    const page = paginate(http, found);
    const shown = await Promise.all(page.map((each) => renderPlacedComment(context, repository, each)));
    return respond<"pulls/list-review-comments">(http, shown);
  }

  rest.get(`${pulls}/comments`, (http) => {
    const repository = readable(http);
    return listed(http, repository, publicComments(context, repository));
  });

  rest.get(ofPull, (http) => {
    const repository = readable(http);
    const pull = pullAt(http, context, repository);
    const all = publicComments(context, repository).filter((each) => each.pullId === pull.id);
    return listed(http, repository, all);
  });

  rest.post(ofPull, async (http) => {
    const repository = joinable(http);
    const { in_reply_to: to, body } = await bodyOf(http, answer);
    const pull = pullAt(http, context, repository);
    const initiator = initiatorOf(http);
    const comment = to
      ? await reply(context, repository, pull, to, body, initiator)
      : await addComment(
          context,
          repository,
          pull,
          await placedAlone(context, repository, pull, await bodyOf(http, written)),
          initiator,
        );
    const rendered = await renderPlacedComment(context, repository, comment);
    return respond<"pulls/create-review-comment", 201>(http, rendered, 201, { Location: rendered.url });
  });

  rest.post(`${ofPull}/:comment{[0-9]+}/replies`, async (http) => {
    const repository = joinable(http);
    const { body } = await bodyOf(http, withBody);
    const pull = pullAt(http, context, repository);
    const to = Number(http.req.param("comment"));
    const rendered = await renderPlacedComment(
      context,
      repository,
      await reply(context, repository, pull, to, body, initiatorOf(http)),
    );
    return respond<"pulls/create-reply-for-review-comment", 201>(http, rendered, 201, { Location: rendered.url });
  });

  rest.get(one, async (http) => {
    const repository = readable(http);
    return respond<"pulls/get-review-comment">(
      http,
      await renderPlacedComment(context, repository, commentAt(http, repository)),
    );
  });

  rest.patch(one, async (http) => {
    const repository = joinable(http);
    const { body } = await bodyOf(http, withBody);
    const { comment: old, pull } = changeable(http, repository);
    const comment = table.put({ ...old, body, updatedAt: store.now() });
    if (body !== old.body) {
      const changes = { body: { from: old.body } };
      await announceReviewComment(context, repository, pull, comment, { action: "edited", changes }, initiatorOf(http));
    }
    return respond<"pulls/update-review-comment">(http, await renderPlacedComment(context, repository, comment));
  });

  rest.delete(one, async (http) => {
    const repository = joinable(http);
    const { comment, pull } = changeable(http, repository);
    store.transaction(() => {
      table.remove(comment.id);
      store.table("resolvedThreads").remove(comment.id);
    });
    await announceReviewComment(context, repository, pull, comment, { action: "deleted" }, initiatorOf(http));
    return http.body(null, 204);
  });

  return rest;
}

const resource = "PullRequestReviewComment";

/** Places a comment outside of a review. @throws ApiError 422 if the pull lacks the commit, file or line. */
async function placedAlone(
  context: SandboxContext,
  repository: Repository,
  pull: Pull,
  given: z.output<typeof written>,
) {
  const commitId = await context.git.resolve(repository, given.commit_id);
  if (commitId === null || !(await isAncestor(context.git.at(repository), commitId, pull.headSha))) {
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
  const comment = await placedComment(context, repository, pull, commitId, {
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
