/** Writes comments on a pull's diff. https://docs.github.com/en/rest/pulls/comments */

import { notFound, unprocessable } from "../../access/errors.ts";
import type { ActingScope, RepositoryScope, SandboxContext } from "../../context.ts";
import type { Pull, Review, ReviewComment } from "../../store/entities.ts";
import { announceReview, announceReviewComment } from "./announce.ts";
import { diffBaseOf, patchOf, placeIn, type WantedPlace } from "./place.ts";
import { hasPending, submitted } from "./review.ts";

export interface NewComment {
  path: string;
  body: string;
  /** Null comments on the whole file. */
  place: WantedPlace | null;
}

/** A comment before it belongs to a review. */
export type PlacedComment = Omit<
  ReviewComment,
  "id" | "repositoryId" | "pullId" | "reviewId" | "userId" | "createdAt" | "updatedAt"
>;

/** Places the comment in the diff that ends at `commitId`. Returns "path" or "line" if that is not in the diff. */
export async function placedComment(
  scope: RepositoryScope,
  pull: Pull,
  commitId: string,
  given: NewComment,
): Promise<PlacedComment | "path" | "line"> {
  const git = scope.git.at(scope.repository);
  const diffBase = await diffBaseOf(git, pull);
  const patch = await patchOf(git, diffBase, commitId, given.path);
  if (patch === null) return "path";
  const common = { path: given.path, body: given.body, commitId, diffBase, inReplyTo: null };
  if (given.place === null) {
    const whole = { position: 1, line: null, side: "RIGHT" as const, startLine: null, startSide: null };
    return { ...common, ...whole, diffHunk: patch };
  }
  const place = placeIn(patch, given.place);
  return place === null ? "line" : { ...common, ...place };
}

/** Stores the comments as the review's. Synchronous: call it in the transaction that stores the review. */
export function storeComments(context: SandboxContext, review: Review, all: readonly PlacedComment[]): ReviewComment[] {
  const now = context.store.now();
  return all.map((each) =>
    context.store.table("reviewComments").put({
      ...each,
      id: context.store.nextId(),
      repositoryId: review.repositoryId,
      pullId: review.pullId,
      reviewId: review.id,
      userId: review.userId,
      createdAt: now,
      updatedAt: now,
    }),
  );
}

/** Adds one comment by itself. GitHub makes a review of it, without a body. @throws ApiError 422 */
export async function addComment(scope: ActingScope, pull: Pull, each: PlacedComment) {
  const { initiator } = scope;
  if (hasPending(scope.store, pull, initiator.user)) throw onePending();
  const { review, comment } = scope.store.transaction(() => {
    const made = submitted(scope, pull, { userId: initiator.user.id, commitId: each.commitId });
    return { review: made, comment: storeComments(scope, made, [each])[0] };
  });
  if (comment === undefined) throw new Error("a comment was not stored");
  announceReview(scope, pull, review, { action: "submitted" });
  await announceReviewComment(scope, pull, comment, { action: "created" });
  return comment;
}

/** https://github.com/namanshergill/diohub/issues/18 */
function onePending() {
  const message = "user_id can only have one pending review per pull request";
  return unprocessable("PullRequestReview", [{ code: "custom", field: "user_id", message }]);
}

/** Answers a comment, at its place. @throws ApiError 404 for a comment that is itself an answer, or of another pull. */
export async function reply(scope: ActingScope, pull: Pull, to: number, body: string) {
  const first = scope.store.table("reviewComments").get(to);
  if (first === undefined || first.pullId !== pull.id || first.inReplyTo !== null) throw notFound();
  return addComment(scope, pull, { ...first, body, inReplyTo: first.id });
}

/** Returns the repository's comments without those of pending reviews, which only their author may see. */
export function publicComments(scope: RepositoryScope): ReviewComment[] {
  return scope.store
    .table("reviewComments")
    .filter(
      ({ repositoryId, reviewId }) =>
        repositoryId === scope.repository.id && scope.store.table("reviews").get(reviewId)?.state !== "PENDING",
    );
}
