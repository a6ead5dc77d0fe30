/** Review comments as answers show them, at their place in the present diff. */
import { notFound } from "../../access/errors.ts";
import type { SandboxContext } from "../../context.ts";
import { presentPlace } from "../../pulls/reviews/place.ts";
import { renderCommentOfReview, renderReviewComment } from "../../render/pulls/review.ts";
import type { Repository, ReviewComment } from "../../store/entities.ts";

export async function renderPlacedComment(context: SandboxContext, repository: Repository, comment: ReviewComment) {
  const { pull, place } = await placeOf(context, repository, comment);
  return renderReviewComment(context, repository, pull, comment, place);
}

/** As it is shown among the comments of its review. */
export async function renderPlacedCommentOfReview(
  context: SandboxContext,
  repository: Repository,
  comment: ReviewComment,
) {
  const { pull, place } = await placeOf(context, repository, comment);
  return renderCommentOfReview(context, repository, pull, comment, place);
}

async function placeOf(context: SandboxContext, repository: Repository, comment: ReviewComment) {
  const pull = context.store.table("pulls").get(comment.pullId);
  if (pull === undefined) throw notFound();
  return { pull, place: await presentPlace(context.git.at(repository), pull, comment) };
}
