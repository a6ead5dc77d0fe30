/** Reviews. https://docs.github.com/en/rest/pulls/reviews */

import { z } from "zod";
import { ApiError, forbidden, notFound, unprocessable } from "../../access/errors.ts";
import type { ActingScope, RepositoryScope, SandboxContext } from "../../context.ts";
import { isAncestor } from "../../git/plumbing/history.ts";
import { announceReview, announceReviewComment } from "../../pulls/reviews/announce.ts";
import { type NewComment, type PlacedComment, placedComment, storeComments } from "../../pulls/reviews/comments.ts";
import { dismiss, hasPending, mayReview, refusedReview, submit, submitted } from "../../pulls/reviews/review.ts";
import { renderReview } from "../../render/pulls/review.ts";
import type { Pull, Review } from "../../store/entities.ts";
import { bodyOf } from "../body.ts";
import { type HttpContext, initiatorOf, newRest, paginate, type Rest, scopeFor, scopeToJoin } from "../kit.ts";
import { respond } from "../respond.ts";
import { pullAt } from "./find.ts";
import { renderPlacedCommentOfReview } from "./shown-comment.ts";

const side = z.enum(["LEFT", "RIGHT"]);
const event = z.enum(["APPROVE", "REQUEST_CHANGES", "COMMENT"]);

const written = z.object({
  commit_id: z.string().nullish(),
  body: z.string().nullish(),
  event: event.nullish(),
  comments: z
    .array(
      z.object({
        path: z.string().min(1),
        body: z.string().min(1),
        position: z.number().int().nullish(),
        line: z.number().int().nullish(),
        side: side.nullish(),
        start_line: z.number().int().nullish(),
        start_side: side.nullish(),
      }),
    )
    .nullish(),
});

const submission = z.object({ body: z.string().nullish(), event });
const withBody = z.object({ body: z.string() });
const dismissal = z.object({ message: z.string().min(1), event: z.literal("DISMISS").nullish() });

const reviews = "/repos/:owner/:repo/pulls/:number{[0-9]+}/reviews";
const one = `${reviews}/:review{[0-9]+}`;

export function reviewRoutes(context: SandboxContext): Rest {
  const rest = newRest();
  const { store } = context;
  const table = store.table("reviews");

  /** Everyone who sees the repository may review as a person. */
  const joinable = (http: HttpContext) => scopeToJoin(http, context, ["pull_requests"]);
  const readable = (http: HttpContext) => scopeFor(http, context, "pull_requests", "read");

  function seen(http: HttpContext, pull: Pull): Review[] {
    const actor = http.get("actor");
    const me = actor.kind === "token" ? actor.user.id : null;
    return table.filter(({ pullId, state, userId }) => pullId === pull.id && (state !== "PENDING" || userId === me));
  }

  function reviewAt(http: HttpContext, pull: Pull): Review {
    const id = Number(http.req.param("review"));
    const found = seen(http, pull).find((each) => each.id === id);
    if (found === undefined) throw notFound();
    return found;
  }

  function ownReview(http: HttpContext, pull: Pull): Review {
    const review = reviewAt(http, pull);
    if (review.userId !== initiatorOf(http).user.id) throw forbidden("Must have admin rights to Repository.");
    return review;
  }

  async function announceSubmitted(scope: ActingScope, pull: Pull, review: Review): Promise<void> {
    announceReview(scope, pull, review, { action: "submitted" });
    for (const comment of commentsOf(review)) await announceReviewComment(scope, pull, comment, { action: "created" });
  }

  const commentsOf = (review: Review) => store.table("reviewComments").filter((each) => each.reviewId === review.id);

  rest.get(reviews, (http) => {
    const scope = readable(http);
    const pull = pullAt(http, scope);
    const page = paginate(http, seen(http, pull));
    return respond<"pulls/list-reviews">(
      http,
      page.map((each) => renderReview(scope, pull, each)),
    );
  });

  rest.post(reviews, async (http) => {
    const scope = joinable(http);
    const given = await bodyOf(http, written);
    const pull = pullAt(http, scope);
    const { initiator } = scope;
    if (hasPending(store, pull, initiator.user))
      throw refusedReview("User can only have one pending review per pull request");
    const commitId = await reviewedCommit(scope, pull, given.commit_id ?? null);
    const text = { body: given.body ?? "", hasComments: (given.comments ?? []).length > 0 };
    if (given.event) mayReview(scope, pull, given.event, text);
    const comments: PlacedComment[] = [];
    for (const each of given.comments ?? []) {
      comments.push(await placedForReview(scope, pull, commitId, commentFrom(each)));
    }
    // Checks again after the await: another request may have made a draft meanwhile.
    if (hasPending(store, pull, initiator.user))
      throw refusedReview("User can only have one pending review per pull request");
    const review = store.transaction(() => {
      const { body } = text;
      const made = submitted(scope, pull, {
        userId: initiator.user.id,
        commitId,
        body,
        event: given.event ?? null,
      });
      storeComments(context, made, comments);
      return made;
    });
    if (review.state !== "PENDING") await announceSubmitted(scope, pull, review);
    return respond<"pulls/create-review">(http, renderReview(scope, pull, review));
  });

  rest.get(one, (http) => {
    const scope = readable(http);
    const pull = pullAt(http, scope);
    return respond<"pulls/get-review">(http, renderReview(scope, pull, reviewAt(http, pull)));
  });

  rest.put(one, async (http) => {
    const scope = joinable(http);
    const { body } = await bodyOf(http, withBody);
    const pull = pullAt(http, scope);
    const old = ownReview(http, pull);
    const review = table.put({ ...old, body, updatedAt: store.now() });
    if (review.state !== "PENDING" && body !== old.body) {
      const changes = { body: { from: old.body } };
      announceReview(scope, pull, review, { action: "edited", changes });
    }
    return respond<"pulls/update-review">(http, renderReview(scope, pull, review));
  });

  rest.delete(one, (http) => {
    const scope = joinable(http);
    const pull = pullAt(http, scope);
    const review = ownReview(http, pull);
    if (review.state !== "PENDING") {
      throw new ApiError(422, "Validation Failed", { errors: ["Can not delete a non-pending pull request review"] });
    }
    store.transaction(() => {
      for (const comment of commentsOf(review)) store.table("reviewComments").remove(comment.id);
      table.remove(review.id);
    });
    return respond<"pulls/delete-pending-review">(http, renderReview(scope, pull, review));
  });

  rest.post(`${one}/events`, async (http) => {
    const scope = joinable(http);
    const given = await bodyOf(http, submission);
    const pull = pullAt(http, scope);
    const draft = ownReview(http, pull);
    const body = given.body ?? draft.body;
    mayReview(scope, pull, given.event, { body, hasComments: commentsOf(draft).length > 0 });
    const review = submit(context, pull, draft, given.event, body);
    await announceSubmitted(scope, pull, review);
    return respond<"pulls/submit-review">(http, renderReview(scope, pull, review));
  });

  rest.put(`${one}/dismissals`, async (http) => {
    const scope = scopeFor(http, context, "pull_requests", "write");
    await bodyOf(http, dismissal);
    const pull = pullAt(http, scope);
    const review = dismiss(scope, pull, reviewAt(http, pull));
    return respond<"pulls/dismiss-review">(http, renderReview(scope, pull, review));
  });

  rest.get(`${one}/comments`, async (http) => {
    const scope = readable(http);
    const pull = pullAt(http, scope);
    const page = paginate(http, commentsOf(reviewAt(http, pull)));
    const shown = await Promise.all(page.map((each) => renderPlacedCommentOfReview(scope, each)));
    return respond<"pulls/list-comments-for-review">(http, shown);
  });

  return rest;
}

/** Returns the reviewed commit: the named one of the pull's, else the head. @throws ApiError 422 */
async function reviewedCommit(scope: RepositoryScope, pull: Pull, named: string | null): Promise<string> {
  const { repository } = scope;
  if (named === null || named === pull.headSha) return pull.headSha;
  const sha = await scope.git.resolve(repository, named);
  if (sha !== null && (await isAncestor(scope.git.at(repository), sha, pull.headSha))) return sha;
  throw unprocessable("PullRequestReview", [{ field: "commit_id", code: "invalid" }]);
}

type WrittenComment = NonNullable<z.output<typeof written>["comments"]>[number];

function commentFrom({ path, body, line, side: where, start_line, start_side, position }: WrittenComment): NewComment {
  const place = {
    line: line ?? null,
    side: where ?? ("RIGHT" as const),
    startLine: start_line ?? null,
    startSide: start_side ?? null,
    position: position ?? null,
  };
  return { path, body, place };
}

/** Places all of a review's comments or none. Message: https://github.com/The-PR-Agent/pr-agent/issues/592 */
async function placedForReview(scope: RepositoryScope, pull: Pull, commitId: string, given: NewComment) {
  const comment = await placedComment(scope, pull, commitId, given);
  if (comment === "path") throw refusedReview("Path could not be resolved");
  if (comment === "line") {
    const line = "Pull request review thread line must be part of the diff";
    throw refusedReview(`${line} and Pull request review thread diff hunk can't be blank`);
  }
  return comment;
}
