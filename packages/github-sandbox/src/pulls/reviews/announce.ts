/**
 * Announces what happened to a pull's reviews and their comments.
 * https://docs.github.com/en/webhooks/webhook-events-and-payloads#pull_request_review
 */
import { type ActingScope, announce, type RepositoryScope } from "../../context.ts";
import type { BodyChanged, LocatedComment, ReviewChange, Written } from "../../events/event.ts";
import type { Pull, Review, ReviewComment } from "../../store/entities.ts";
import type { Thread } from "../../store/threads.ts";
import { presentPlace } from "./place.ts";

export function announceReview(scope: ActingScope, pull: Pull, review: Review, change: ReviewChange): void {
  announce(scope, { event: "pull_request_review", pull, review, ...change });
}

export async function announceReviewComment(
  scope: ActingScope,
  pull: Pull,
  comment: ReviewComment,
  change: Written<BodyChanged>,
): Promise<void> {
  const placed = await withPlace(scope, pull, comment);
  announce(scope, { event: "pull_request_review_comment", pull, ...placed, ...change });
}

export async function announceThread(
  scope: ActingScope,
  pull: Pull,
  [first, ...answers]: Thread,
  action: "resolved" | "unresolved",
): Promise<void> {
  const place = (comment: ReviewComment) => withPlace(scope, pull, comment);
  const [placed, ...others] = await Promise.all([place(first), ...answers.map(place)]);
  announce(scope, { event: "pull_request_review_thread", action, pull, thread: [placed, ...others] });
}

async function withPlace(scope: RepositoryScope, pull: Pull, comment: ReviewComment): Promise<LocatedComment> {
  return { comment, place: await presentPlace(scope.git.at(scope.repository), pull, comment) };
}
