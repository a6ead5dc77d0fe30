/** Reviews over REST. https://docs.github.com/en/rest/pulls/reviews */
import { z } from "zod";
import { isAncestor } from "../../git/plumbing/history.ts";
import type { Hub } from "../../hub.ts";
import { bodyOf } from "../../rest/body.ts";
import type { By } from "../../rest/issues/changes.ts";
import { by } from "../../rest/issues/find.ts";
import {
  ApiError,
  forbidden,
  newRest,
  notFound,
  paginate,
  type Rest,
  type RestContext,
  repositoryFor,
  repositoryToJoin,
  unprocessable,
} from "../../rest/kit.ts";
import { respond } from "../../rest/respond.ts";
import { review as render } from "../../shapes/pulls/review.ts";
import type { Pull, Repository, Review } from "../../world/entities.ts";
import { pullAt } from "../facts.ts";
import { type NewComment, type Placed, placed, renderReviewComment, storeComments } from "./comments.ts";
import { dismiss, hasPending, mayReview, refusedReview, submit, submitted } from "./review.ts";
import { tellComment, tellReview } from "./tell.ts";

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
const words = z.object({ body: z.string() });
const dismissal = z.object({ message: z.string().min(1), event: z.literal("DISMISS").nullish() });

const reviews = "/repos/:owner/:repo/pulls/:number{[0-9]+}/reviews";
const one = `${reviews}/:review{[0-9]+}`;

export function reviewRoutes(hub: Hub): Rest {
  const rest = newRest();
  const { world } = hub;
  const table = world.table("reviews");

  /** Everyone who sees the repository may review as a person. */
  const joinable = (context: RestContext) => repositoryToJoin(context, world, ["pull_requests"]);
  const readable = (context: RestContext) => repositoryFor(context, world, "pull_requests", "read");

  function seen(context: RestContext, pull: Pull): Review[] {
    const actor = context.get("actor");
    const me = actor.kind === "token" ? actor.user.id : null;
    return table.filter(({ pullId, state, userId }) => pullId === pull.id && (state !== "PENDING" || userId === me));
  }

  function reviewAt(context: RestContext, pull: Pull): Review {
    const id = Number(context.req.param("review"));
    const found = seen(context, pull).find((each) => each.id === id);
    if (found === undefined) throw notFound();
    return found;
  }

  function ownReview(context: RestContext, pull: Pull): Review {
    const review = reviewAt(context, pull);
    if (review.userId !== by(context).user.id) throw forbidden("Must have admin rights to Repository.");
    return review;
  }

  async function tellSubmitted(repository: Repository, pull: Pull, review: Review, who: By): Promise<void> {
    tellReview(hub, repository, pull, review, "submitted", who, {});
    for (const comment of commentsOf(review)) await tellComment(hub, repository, pull, comment, "created", who, {});
  }

  const commentsOf = (review: Review) => world.table("reviewComments").filter((each) => each.reviewId === review.id);

  rest.get(reviews, (context) => {
    const repository = readable(context);
    const pull = pullAt(context, hub, repository);
    const page = paginate(context, seen(context, pull));
    return respond<"pulls/list-reviews">(
      context,
      page.map((each) => render(hub, repository, pull, each)),
    );
  });

  rest.post(reviews, async (context) => {
    const repository = joinable(context);
    const given = await bodyOf(context, written);
    const pull = pullAt(context, hub, repository);
    const who = by(context);
    if (hasPending(world, pull, who.user))
      throw refusedReview("User can only have one pending review per pull request");
    const commitId = await reviewedCommit(hub, repository, pull, given.commit_id ?? null);
    const said = { body: given.body ?? "", hasComments: (given.comments ?? []).length > 0 };
    if (given.event) mayReview(hub, pull, given.event, said, who);
    const comments: Placed[] = [];
    for (const each of given.comments ?? []) {
      comments.push(await placedForReview(hub, repository, pull, commitId, commentFrom(each)));
    }
    // Placing took a moment, and another request may have been as fast.
    if (hasPending(world, pull, who.user))
      throw refusedReview("User can only have one pending review per pull request");
    const review = world.transaction(() => {
      const { body } = said;
      const made = submitted(hub, repository, pull, {
        userId: who.user.id,
        commitId,
        body,
        event: given.event ?? null,
      });
      storeComments(hub, made, comments);
      return made;
    });
    if (review.state !== "PENDING") await tellSubmitted(repository, pull, review, who);
    return respond<"pulls/create-review">(context, render(hub, repository, pull, review));
  });

  rest.get(one, (context) => {
    const repository = readable(context);
    const pull = pullAt(context, hub, repository);
    return respond<"pulls/get-review">(context, render(hub, repository, pull, reviewAt(context, pull)));
  });

  rest.put(one, async (context) => {
    const repository = joinable(context);
    const { body } = await bodyOf(context, words);
    const pull = pullAt(context, hub, repository);
    const old = ownReview(context, pull);
    const review = table.put({ ...old, body, updatedAt: world.now() });
    if (review.state !== "PENDING" && body !== old.body) {
      tellReview(hub, repository, pull, review, "edited", by(context), { changes: { body: { from: old.body } } });
    }
    return respond<"pulls/update-review">(context, render(hub, repository, pull, review));
  });

  rest.delete(one, (context) => {
    const repository = joinable(context);
    const pull = pullAt(context, hub, repository);
    const review = ownReview(context, pull);
    if (review.state !== "PENDING") {
      throw new ApiError(422, "Validation Failed", { errors: ["Can not delete a non-pending pull request review"] });
    }
    world.transaction(() => {
      for (const comment of commentsOf(review)) world.table("reviewComments").remove(comment.id);
      table.remove(review.id);
    });
    return respond<"pulls/delete-pending-review">(context, render(hub, repository, pull, review));
  });

  rest.post(`${one}/events`, async (context) => {
    const repository = joinable(context);
    const given = await bodyOf(context, submission);
    const pull = pullAt(context, hub, repository);
    const draft = ownReview(context, pull);
    const who = by(context);
    const body = given.body ?? draft.body;
    mayReview(hub, pull, given.event, { body, hasComments: commentsOf(draft).length > 0 }, who);
    const review = submit(hub, pull, draft, given.event, body);
    await tellSubmitted(repository, pull, review, who);
    return respond<"pulls/submit-review">(context, render(hub, repository, pull, review));
  });

  rest.put(`${one}/dismissals`, async (context) => {
    const repository = repositoryFor(context, world, "pull_requests", "write");
    await bodyOf(context, dismissal);
    const pull = pullAt(context, hub, repository);
    const review = dismiss(hub, repository, pull, reviewAt(context, pull), by(context));
    return respond<"pulls/dismiss-review">(context, render(hub, repository, pull, review));
  });

  rest.get(`${one}/comments`, async (context) => {
    const repository = readable(context);
    const pull = pullAt(context, hub, repository);
    const page = paginate(context, commentsOf(reviewAt(context, pull)));
    const shown = await Promise.all(page.map((each) => renderReviewComment(hub, repository, each)));
    return respond<"pulls/list-comments-for-review">(context, shown);
  });

  return rest;
}

/** The commit that is reviewed: the head unless one of the pull's others is named. @throws ApiError 422 */
async function reviewedCommit(hub: Hub, repository: Repository, pull: Pull, named: string | null): Promise<string> {
  if (named === null || named === pull.headSha) return pull.headSha;
  const sha = await hub.git.resolve(repository, named);
  if (sha !== null && (await isAncestor(hub.git.at(repository), sha, pull.headSha))) return sha;
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

/** All of a review's comments or none: https://github.com/The-PR-Agent/pr-agent/issues/592 shows the refusal. */
async function placedForReview(hub: Hub, repository: Repository, pull: Pull, commitId: string, given: NewComment) {
  const comment = await placed(hub, repository, pull, commitId, given);
  if (comment === "path") throw refusedReview("Path could not be resolved");
  if (comment === "line") {
    const line = "Pull request review thread line must be part of the diff";
    throw refusedReview(`${line} and Pull request review thread diff hunk can't be blank`);
  }
  return comment;
}
