/**
 * Announces what happened to a pull's reviews and their comments.
 * https://docs.github.com/en/webhooks/webhook-events-and-payloads#pull_request_review
 */
import type { Initiator } from "../../access/initiator.ts";
import type { SandboxContext } from "../../context.ts";
import type { BodyChanged, LocatedComment, ReviewChange, Written } from "../../events/event.ts";
import type { Pull, Repository, Review, ReviewComment } from "../../store/entities.ts";
import type { Thread } from "../../store/threads.ts";
import { presentPlace } from "./place.ts";

export function announceReview(
  context: SandboxContext,
  repository: Repository,
  pull: Pull,
  review: Review,
  change: ReviewChange,
  initiator: Initiator,
): void {
  context.announce({ repository, initiator, event: "pull_request_review", pull, review, ...change });
}

export async function announceReviewComment(
  context: SandboxContext,
  repository: Repository,
  pull: Pull,
  comment: ReviewComment,
  change: Written<BodyChanged>,
  initiator: Initiator,
): Promise<void> {
  const placed = await withPlace(context, repository, pull, comment);
  context.announce({ repository, initiator, event: "pull_request_review_comment", pull, ...placed, ...change });
}

export async function announceThread(
  context: SandboxContext,
  repository: Repository,
  pull: Pull,
  [first, ...answers]: Thread,
  action: "resolved" | "unresolved",
  initiator: Initiator,
): Promise<void> {
  const place = (comment: ReviewComment) => withPlace(context, repository, pull, comment);
  const [placed, ...others] = await Promise.all([place(first), ...answers.map(place)]);
  context.announce({
    repository,
    initiator,
    event: "pull_request_review_thread",
    action,
    pull,
    thread: [placed, ...others],
  });
}

async function withPlace(
  context: SandboxContext,
  repository: Repository,
  pull: Pull,
  comment: ReviewComment,
): Promise<LocatedComment> {
  return { comment, place: await presentPlace(context.git.at(repository), pull, comment) };
}
