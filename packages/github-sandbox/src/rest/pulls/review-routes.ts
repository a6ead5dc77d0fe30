/** Reviews. https://docs.github.com/en/rest/pulls/reviews */

import { z } from "zod";
import { ApiError, forbidden, notFound, unprocessable } from "../../access/errors.ts";
import type { Initiator } from "../../access/initiator.ts";
import type { SandboxContext } from "../../context.ts";
import { isAncestor } from "../../git/plumbing/history.ts";
import { announceReview, announceReviewComment } from "../../pulls/reviews/announce.ts";
import { type NewComment, type PlacedComment, placedComment, storeComments } from "../../pulls/reviews/comments.ts";
import { dismiss, hasPending, mayReview, refusedReview, submit, submitted } from "../../pulls/reviews/review.ts";
import { renderReview } from "../../render/pulls/review.ts";
import type { Pull, Repository, Review } from "../../store/entities.ts";
import { bodyOf } from "../body.ts";
import { initiatorOf } from "../issues/find.ts";
import { type HttpContext, newRest, paginate, type Rest, repositoryFor, repositoryToJoin } from "../kit.ts";
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
  const joinable = (http: HttpContext) => repositoryToJoin(http, store, ["pull_requests"]);
  const readable = (http: HttpContext) => repositoryFor(http, store, "pull_requests", "read");

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

  async function announceSubmitted(
    repository: Repository,
    pull: Pull,
    review: Review,
    initiator: Initiator,
  ): Promise<void> {
    announceReview(context, repository, pull, review, { action: "submitted" }, initiator);
    for (const comment of commentsOf(review))
      await announceReviewComment(context, repository, pull, comment, { action: "created" }, initiator);
  }

  const commentsOf = (review: Review) => store.table("reviewComments").filter((each) => each.reviewId === review.id);

  rest.get(reviews, (http) => {
    const repository = readable(http);
    const pull = pullAt(http, context, repository);
    const page = paginate(http, seen(http, pull));
    return respond<"pulls/list-reviews">(
      http,
      page.map((each) => renderReview(context, repository, pull, each)),
    );
  });

  rest.post(reviews, async (http) => {
    const repository = joinable(http);
    const given = await bodyOf(http, written);
    const pull = pullAt(http, context, repository);
    const initiator = initiatorOf(http);
    if (hasPending(store, pull, initiator.user))
      throw refusedReview("User can only have one pending review per pull request");
    const commitId = await reviewedCommit(context, repository, pull, given.commit_id ?? null);
    const text = { body: given.body ?? "", hasComments: (given.comments ?? []).length > 0 };
    if (given.event) mayReview(context, pull, given.event, text, initiator);
    const comments: PlacedComment[] = [];
    for (const each of given.comments ?? []) {
      comments.push(await placedForReview(context, repository, pull, commitId, commentFrom(each)));
    }
    // Checks again after the await: another request may have made a draft meanwhile.
    if (hasPending(store, pull, initiator.user))
      throw refusedReview("User can only have one pending review per pull request");
    const review = store.transaction(() => {
      const { body } = text;
      const made = submitted(context, repository, pull, {
        userId: initiator.user.id,
        commitId,
        body,
        event: given.event ?? null,
      });
      storeComments(context, made, comments);
      return made;
    });
    if (review.state !== "PENDING") await announceSubmitted(repository, pull, review, initiator);
    return respond<"pulls/create-review">(http, renderReview(context, repository, pull, review));
  });

  rest.get(one, (http) => {
    const repository = readable(http);
    const pull = pullAt(http, context, repository);
    return respond<"pulls/get-review">(http, renderReview(context, repository, pull, reviewAt(http, pull)));
  });

  rest.put(one, async (http) => {
    const repository = joinable(http);
    const { body } = await bodyOf(http, withBody);
    const pull = pullAt(http, context, repository);
    const old = ownReview(http, pull);
    const review = table.put({ ...old, body, updatedAt: store.now() });
    if (review.state !== "PENDING" && body !== old.body) {
      const changes = { body: { from: old.body } };
      announceReview(context, repository, pull, review, { action: "edited", changes }, initiatorOf(http));
    }
    return respond<"pulls/update-review">(http, renderReview(context, repository, pull, review));
  });

  rest.delete(one, (http) => {
    const repository = joinable(http);
    const pull = pullAt(http, context, repository);
    const review = ownReview(http, pull);
    if (review.state !== "PENDING") {
      throw new ApiError(422, "Validation Failed", { errors: ["Can not delete a non-pending pull request review"] });
    }
    store.transaction(() => {
      for (const comment of commentsOf(review)) store.table("reviewComments").remove(comment.id);
      table.remove(review.id);
    });
    return respond<"pulls/delete-pending-review">(http, renderReview(context, repository, pull, review));
  });

  rest.post(`${one}/events`, async (http) => {
    const repository = joinable(http);
    const given = await bodyOf(http, submission);
    const pull = pullAt(http, context, repository);
    const draft = ownReview(http, pull);
    const initiator = initiatorOf(http);
    const body = given.body ?? draft.body;
    mayReview(context, pull, given.event, { body, hasComments: commentsOf(draft).length > 0 }, initiator);
    const review = submit(context, pull, draft, given.event, body);
    await announceSubmitted(repository, pull, review, initiator);
    return respond<"pulls/submit-review">(http, renderReview(context, repository, pull, review));
  });

  rest.put(`${one}/dismissals`, async (http) => {
    const repository = repositoryFor(http, store, "pull_requests", "write");
    await bodyOf(http, dismissal);
    const pull = pullAt(http, context, repository);
    const review = dismiss(context, repository, pull, reviewAt(http, pull), initiatorOf(http));
    return respond<"pulls/dismiss-review">(http, renderReview(context, repository, pull, review));
  });

  rest.get(`${one}/comments`, async (http) => {
    const repository = readable(http);
    const pull = pullAt(http, context, repository);
    const page = paginate(http, commentsOf(reviewAt(http, pull)));
    const shown = await Promise.all(page.map((each) => renderPlacedCommentOfReview(context, repository, each)));
    return respond<"pulls/list-comments-for-review">(http, shown);
  });

  return rest;
}

/** Returns the reviewed commit: the named one of the pull's, else the head. @throws ApiError 422 */
async function reviewedCommit(
  context: SandboxContext,
  repository: Repository,
  pull: Pull,
  named: string | null,
): Promise<string> {
  if (named === null || named === pull.headSha) return pull.headSha;
  const sha = await context.git.resolve(repository, named);
  if (sha !== null && (await isAncestor(context.git.at(repository), sha, pull.headSha))) return sha;
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
async function placedForReview(
  context: SandboxContext,
  repository: Repository,
  pull: Pull,
  commitId: string,
  given: NewComment,
) {
  const comment = await placedComment(context, repository, pull, commitId, given);
  if (comment === "path") throw refusedReview("Path could not be resolved");
  if (comment === "line") {
    const line = "Pull request review thread line must be part of the diff";
    throw refusedReview(`${line} and Pull request review thread diff hunk can't be blank`);
  }
  return comment;
}
