/**
 * Says what happened to a pull's reviews and their comments.
 * https://docs.github.com/en/webhooks/webhook-events-and-payloads#pull_request_review
 */
import type { Hub } from "../../hub.ts";
import type { By } from "../../rest/issues/changes.ts";
import { simplePull } from "../../shapes/pull.ts";
import { reviewCommentPayload, reviewPayload } from "../../shapes/review.ts";
import { nodeId, type Payload } from "../../shapes/site.ts";
import type { Pull, Repository, Review, ReviewComment } from "../../world/entities.ts";
import { presentPlace } from "./place.ts";

type ReviewAction = "submitted" | "edited" | "dismissed";

export function tellReview(
  hub: Hub,
  repository: Repository,
  pull: Pull,
  review: Review,
  action: ReviewAction,
  by: By,
  more: Record<string, unknown> = {},
): void {
  const payload = {
    review: reviewPayload(hub, repository, pull, review),
    pull_request: simplePull(hub, repository, pull),
    ...more,
  } satisfies ReviewTold;
  const { user: sender, byJobToken } = by;
  hub.announce({ repository, event: "pull_request_review", action, payload, sender, byJobToken });
}

type ReviewTold = { review: Omit<Payload<"webhook-pull-request-review-submitted">["review"], "state"> } & {
  pull_request: unknown;
};

export async function tellComment(
  hub: Hub,
  repository: Repository,
  pull: Pull,
  comment: ReviewComment,
  action: "created" | "edited" | "deleted",
  by: By,
  more: Record<string, unknown> = {},
): Promise<void> {
  const payload = {
    comment: await shownComment(hub, repository, pull, comment),
    pull_request: simplePull(hub, repository, pull),
    ...more,
  } satisfies CommentTold;
  const { user: sender, byJobToken } = by;
  hub.announce({ repository, event: "pull_request_review_comment", action, payload, sender, byJobToken });
}

type CommentTold = Pick<Payload<"webhook-pull-request-review-comment-created">, "comment"> & { pull_request: unknown };

async function shownComment(hub: Hub, repository: Repository, pull: Pull, comment: ReviewComment) {
  const place = await presentPlace(hub.git.at(repository), pull, comment);
  return reviewCommentPayload(hub, repository, pull, comment, place);
}

/** @param thread The comments of the thread, its first one first. */
export async function tellThread(
  hub: Hub,
  repository: Repository,
  pull: Pull,
  thread: readonly [ReviewComment, ...ReviewComment[]],
  action: "resolved" | "unresolved",
  by: By,
): Promise<void> {
  const comments = await Promise.all(thread.map((comment) => shownComment(hub, repository, pull, comment)));
  const payload = {
    thread: { node_id: nodeId("PullRequestReviewThread", thread[0].id), comments },
    pull_request: simplePull(hub, repository, pull),
  } satisfies Pick<Payload<"webhook-pull-request-review-thread-resolved">, "thread"> & { pull_request: unknown };
  const { user: sender, byJobToken } = by;
  hub.announce({ repository, event: "pull_request_review_thread", action, payload, sender, byJobToken });
}
