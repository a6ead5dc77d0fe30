/** Writes, submits and dismisses reviews. https://docs.github.com/en/rest/pulls/reviews */

import { ApiError } from "../../access/errors.ts";
import type { ActingScope, RepositoryScope, SandboxContext } from "../../context.ts";
import type { Pull, Review, User } from "../../store/entities.ts";
import type { Store } from "../../store/store.ts";
import { announceReview } from "./announce.ts";
import { requestId } from "./requests.ts";

export type ReviewEvent = "APPROVE" | "REQUEST_CHANGES" | "COMMENT";

const states: Record<ReviewEvent, Review["state"]> = {
  APPROVE: "APPROVED",
  REQUEST_CHANGES: "CHANGES_REQUESTED",
  COMMENT: "COMMENTED",
};

/** Returns GitHub's 422 for reviews, with sentences in place of error objects (https://github.com/hubtty/hubtty/issues/33). */
export function refusedReview(...errors: string[]): ApiError {
  return new ApiError(422, "Unprocessable Entity", { errors });
}

export function hasPending(store: Store, pull: Pull, user: User): boolean {
  return pendingOf(store, pull, user) !== undefined;
}

function pendingOf(store: Store, pull: Pull, user: User): Review | undefined {
  return store
    .table("reviews")
    .find((each) => each.pullId === pull.id && each.userId === user.id && each.state === "PENDING");
}

/** @param said.hasComments The review comments on lines, so it needs no body. @throws ApiError 422 */
export function mayReview(
  { store, initiator, repository }: ActingScope,
  pull: Pull,
  event: ReviewEvent,
  written: { body: string; hasComments: boolean },
): void {
  const isAuthor = store.table("issues").get(pull.id)?.userId === initiator.user.id;
  if (isAuthor && event === "APPROVE") throw refusedReview("Can not approve your own pull request");
  if (isAuthor && event === "REQUEST_CHANGES") throw refusedReview("Can not request changes on your own pull request");
  // Off in a new repository: https://github.com/github/docs/issues/31550
  if (initiator.byJobToken && event === "APPROVE" && !repository.jobsMayApprove) {
    throw refusedReview("GitHub Actions is not permitted to approve pull requests.");
  }
  if (written.body.trim() !== "" || written.hasComments || event === "APPROVE") return;
  // https://github.com/hubtty/hubtty/issues/67
  if (event === "REQUEST_CHANGES") throw refusedReview("You need to leave a comment indicating the requested changes.");
  throw refusedReview("You need to leave a comment.");
}

interface Written {
  userId: number;
  commitId: string;
  body?: string;
  /** Null makes a draft. */
  event?: ReviewEvent | null;
}

/** Stores a review. Left out, the event makes one that only holds comments. Synchronous. */
export function submitted(scope: RepositoryScope, pull: Pull, given: Written): Review {
  const { store, repository } = scope;
  const { userId, commitId, body = "", event = "COMMENT" } = given;
  const now = store.now();
  if (event !== null) answerRequest(store, pull, userId);
  return store.table("reviews").put({
    id: store.nextId(),
    repositoryId: repository.id,
    pullId: pull.id,
    userId,
    body,
    state: event === null ? "PENDING" : states[event],
    commitId,
    submittedAt: event === null ? null : now,
    updatedAt: now,
  });
}

/** Removes the request of a person who has given the review. */
function answerRequest(store: Store, pull: Pull, userId: number): void {
  store.table("reviewRequests").remove(requestId(pull, userId));
}

/** Submits a pending review. @throws ApiError 422 if it was submitted before. */
export function submit(context: SandboxContext, pull: Pull, review: Review, event: ReviewEvent, body: string): Review {
  if (review.state !== "PENDING") throw refusedReview("Can not submit a review that was already submitted");
  const now = context.store.now();
  return context.store.transaction(() => {
    answerRequest(context.store, pull, review.userId);
    const changed = { ...review, body, state: states[event], submittedAt: now, updatedAt: now };
    return context.store.table("reviews").put(changed);
  });
}

const named: Partial<Record<Review["state"], string>> = {
  DISMISSED: "dismissed",
  COMMENTED: "commented",
  PENDING: "pending",
};

/** Dismisses an approval or a request for changes. @throws ApiError 422 for any other review. */
export function dismiss(scope: ActingScope, pull: Pull, review: Review): Review {
  const wrong = named[review.state];
  if (wrong !== undefined) {
    // https://github.com/defenseunicorns/lula/issues/207, https://github.com/MorrisonCole/pr-lint-action/issues/155
    throw new ApiError(422, "Validation Failed", { errors: [`Can not dismiss a ${wrong} pull request review`] });
  }
  const changed = scope.store.table("reviews").put({ ...review, state: "DISMISSED", updatedAt: scope.store.now() });
  announceReview(scope, pull, changed, { action: "dismissed" });
  return changed;
}
