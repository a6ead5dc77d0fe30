/**
 * Says what happened to a pull's reviews and their comments.
 * https://docs.github.com/en/webhooks/webhook-events-and-payloads#pull_request_review
 */
import type { Initiator } from "../../access/initiator.ts";
import type { SandboxContext } from "../../context.ts";
import { renderSimplePull } from "../../render/pulls/pull.ts";
import { reviewCommentPayload, reviewPayload } from "../../render/pulls/review.ts";
import { nodeId } from "../../render/site.ts";
import { type ExtraFields, webhook } from "../../render/webhook.ts";
import type { Pull, Repository, Review, ReviewComment } from "../../store/entities.ts";
import { presentPlace } from "./place.ts";

type ReviewAction = "submitted" | "edited" | "dismissed";

export function announceReview<Action extends ReviewAction>(
  context: SandboxContext,
  repository: Repository,
  pull: Pull,
  review: Review,
  action: Action,
  initiator: Initiator,
  more: ExtraFields<"pull_request_review", Action, "review" | "pull_request">,
): void {
  const what = webhook("pull_request_review", "submitted", {
    review: reviewPayload(context, repository, pull, review),
    pull_request: renderSimplePull(context, repository, pull),
  });
  const { user: sender, byJobToken } = initiator;
  context.announce({ repository, ...what, action, payload: { ...what.payload, ...more }, sender, byJobToken });
}

export async function announceReviewComment<Action extends "created" | "edited" | "deleted">(
  context: SandboxContext,
  repository: Repository,
  pull: Pull,
  comment: ReviewComment,
  action: Action,
  initiator: Initiator,
  more: ExtraFields<"pull_request_review_comment", Action, "comment" | "pull_request">,
): Promise<void> {
  const what = webhook("pull_request_review_comment", "created", {
    comment: await shownComment(context, repository, pull, comment),
    pull_request: renderSimplePull(context, repository, pull),
  });
  const { user: sender, byJobToken } = initiator;
  context.announce({ repository, ...what, action, payload: { ...what.payload, ...more }, sender, byJobToken });
}

async function shownComment(context: SandboxContext, repository: Repository, pull: Pull, comment: ReviewComment) {
  const place = await presentPlace(context.git.at(repository), pull, comment);
  return reviewCommentPayload(context, repository, pull, comment, place);
}

/** @param thread The comments of the thread, its first one first. */
export async function announceThread(
  context: SandboxContext,
  repository: Repository,
  pull: Pull,
  thread: readonly [ReviewComment, ...ReviewComment[]],
  action: "resolved" | "unresolved",
  initiator: Initiator,
): Promise<void> {
  const shown = await Promise.all(thread.map((comment) => shownComment(context, repository, pull, comment)));
  // The description has no null here; a comment on a whole file is on its first line.
  const comments = shown.map((comment) => ({ ...comment, original_line: comment.original_line ?? 1 }));
  const what = webhook("pull_request_review_thread", action, {
    thread: { node_id: nodeId("PullRequestReviewThread", thread[0].id), comments },
    pull_request: renderSimplePull(context, repository, pull),
  });
  const { user: sender, byJobToken } = initiator;
  context.announce({ repository, ...what, sender, byJobToken });
}
