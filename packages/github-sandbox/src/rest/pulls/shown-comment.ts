/** Review comments as answers show them, at their place in the present diff. */

import { notFound } from "../../access/errors.ts";
import type { RepositoryScope } from "../../context.ts";
import { presentPlace } from "../../pulls/reviews/place.ts";
import { renderCommentOfReview, renderReviewComment } from "../../render/pulls/review.ts";
import type { ReviewComment } from "../../store/entities.ts";

export async function renderPlacedComment(scope: RepositoryScope, comment: ReviewComment) {
  const { pull, place } = await placeOf(scope, comment);
  return renderReviewComment(scope, pull, comment, place);
}

/** As it is shown among the comments of its review. */
export async function renderPlacedCommentOfReview(scope: RepositoryScope, comment: ReviewComment) {
  const { pull, place } = await placeOf(scope, comment);
  return renderCommentOfReview(scope, pull, comment, place);
}

async function placeOf(scope: RepositoryScope, comment: ReviewComment) {
  const pull = scope.store.table("pulls").get(comment.pullId);
  if (pull === undefined) throw notFound();
  return { pull, place: await presentPlace(scope.git.at(scope.repository), pull, comment) };
}
