/**
 * Renders the webhooks of reviews and review comments.
 * https://docs.github.com/en/webhooks/webhook-events-and-payloads#pull_request_review
 */

import type {
  LocatedComment,
  PullRequestReviewEvent,
  ReviewCommentEvent,
  ReviewThreadEvent,
} from "../../events/event.ts";
import { renderSimplePull } from "../pulls/pull.ts";
import { reviewCommentPayload, reviewPayload } from "../pulls/review.ts";
import { nodeId, type RenderScope } from "../site.ts";
import { type Described, webhook } from "./described.ts";

export function reviewWebhook(scope: RenderScope, event: PullRequestReviewEvent): Described {
  const common = {
    review: reviewPayload(scope, event.pull, event.review),
    pull_request: renderSimplePull(scope, event.pull),
  };
  if (event.action === "edited") {
    return webhook("pull_request_review", event.action, { ...common, changes: event.changes });
  }
  return webhook("pull_request_review", event.action, common);
}

export function reviewCommentWebhook(scope: RenderScope, event: ReviewCommentEvent): Described {
  const { pull, comment, place } = event;
  // The description of the other actions allows no null for `original_line`, but a comment on a whole file has none.
  const created = webhook("pull_request_review_comment", "created", {
    comment: reviewCommentPayload(scope, pull, comment, place),
    pull_request: renderSimplePull(scope, pull),
  });
  const changes = event.action === "edited" ? { changes: event.changes } : {};
  return { ...created, action: event.action, payload: { ...created.payload, ...changes } };
}

export function reviewThreadWebhook(scope: RenderScope, { action, pull, thread }: ReviewThreadEvent): Described {
  const shown = ({ comment, place }: LocatedComment) => {
    const rendered = reviewCommentPayload(scope, pull, comment, place);
    // The description allows no null here. A comment on a whole file gets the first line.
    return { ...rendered, original_line: rendered.original_line ?? 1 };
  };
  return webhook("pull_request_review_thread", action, {
    thread: { node_id: nodeId("PullRequestReviewThread", thread[0].comment.id), comments: thread.map(shown) },
    pull_request: renderSimplePull(scope, pull),
  });
}
