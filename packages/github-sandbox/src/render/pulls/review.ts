/** Renders reviews of pulls and their comments, for REST and webhooks. */

import type { CommentPlace } from "../../events/event.ts";
import type { Pull, Review, ReviewComment } from "../../store/entities.ts";
import { userById } from "../../store/users.ts";
import { reactionRollup } from "../issue.ts";
import { nodeId, type RenderScope, repositoryApi, repositoryWeb, type Schema } from "../site.ts";
import { association, renderSimpleUser } from "../user.ts";

export function renderReview(scope: RenderScope, pull: Pull, entity: Review) {
  const url = `${repositoryApi(scope)}/pulls/${pull.number}`;
  const html = `${repositoryWeb(scope)}/pull/${pull.number}#pullrequestreview-${entity.id}`;
  return {
    id: entity.id,
    node_id: nodeId("PullRequestReview", entity.id),
    user: renderSimpleUser(scope, userById(scope, entity.userId)),
    body: entity.body,
    state: entity.state,
    html_url: html,
    pull_request_url: url,
    author_association: association(scope.repository, entity.userId),
    _links: { html: { href: html }, pull_request: { href: url } },
    // A pending review has no time of submission:
    // https://docs.github.com/en/rest/pulls/reviews#list-reviews-for-a-pull-request
    ...(entity.submittedAt === null ? {} : { submitted_at: entity.submittedAt }),
    commit_id: entity.commitId,
  } satisfies Schema<"pull-request-review">;
}

/**
 * Renders a review for a webhook, with its state in lower case: https://github.com/home-assistant/service-hub/pull/129
 */
export function reviewPayload(scope: RenderScope, pull: Pull, entity: Review) {
  return {
    ...renderReview(scope, pull, entity),
    body: entity.body === "" ? null : entity.body,
    state: entity.state.toLowerCase() as Lowercase<Review["state"]>,
    submitted_at: entity.submittedAt ?? entity.updatedAt,
    updated_at: entity.updatedAt,
  };
}

/** null: the comment is outdated. */
type ShownPlace = CommentPlace | null;

function common(scope: RenderScope, pull: Pull, entity: ReviewComment, place: ShownPlace) {
  const api = repositoryApi(scope);
  const url = `${api}/pulls/comments/${entity.id}`;
  const html = `${repositoryWeb(scope)}/pull/${pull.number}#discussion_r${entity.id}`;
  const pullUrl = `${api}/pulls/${pull.number}`;
  const stays = place !== null || entity.line === null;
  return {
    id: entity.id,
    node_id: nodeId("PullRequestReviewComment", entity.id),
    url,
    pull_request_review_id: entity.reviewId,
    diff_hunk: entity.diffHunk,
    path: entity.path,
    commit_id: stays ? pull.headSha : entity.commitId,
    original_commit_id: entity.commitId,
    original_position: entity.position,
    ...(entity.inReplyTo === null ? {} : { in_reply_to_id: entity.inReplyTo }),
    user: renderSimpleUser(scope, userById(scope, entity.userId)),
    body: entity.body,
    created_at: entity.createdAt,
    updated_at: entity.updatedAt,
    html_url: html,
    pull_request_url: pullUrl,
    author_association: association(scope.repository, entity.userId),
    _links: { self: { href: url }, html: { href: html }, pull_request: { href: pullUrl } },
    start_line: place?.startLine ?? null,
    original_start_line: entity.startLine,
    start_side: entity.startSide,
    side: entity.side,
    subject_type: entity.line === null ? ("file" as const) : ("line" as const),
    reactions: reactionRollup(scope, { kind: "comment", id: entity.id }, url),
  };
}

/**
 * Renders a review comment. An outdated one has neither `line` nor `position`, one on a whole file has no `line`: the
 * schema does not allow null for them.
 */
export function renderReviewComment(
  scope: RenderScope,
  pull: Pull,
  entity: ReviewComment,
  place: ShownPlace,
): Schema<"pull-request-review-comment"> {
  const position = entity.line === null ? entity.position : place?.position;
  return {
    ...common(scope, pull, entity, place),
    ...(position === undefined ? {} : { position }),
    ...(place === null ? {} : { line: place.line }),
    ...(entity.line === null ? {} : { original_line: entity.line }),
  };
}

/** Renders a comment in the list of a review's comments, which has a schema of its own. */
export function renderCommentOfReview(...given: Parameters<typeof renderReviewComment>): Schema<"review-comment"> {
  const [scope, pull, entity, place] = given;
  const shown = renderReviewComment(...given);
  return { ...common(scope, pull, entity, place), ...shown, position: shown.position ?? null };
}

export function reviewCommentPayload(scope: RenderScope, pull: Pull, entity: ReviewComment, place: ShownPlace) {
  return {
    ...common(scope, pull, entity, place),
    position: entity.line === null ? entity.position : (place?.position ?? null),
    line: place?.line ?? null,
    original_line: entity.line,
  };
}
