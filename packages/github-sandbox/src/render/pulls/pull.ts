/** Renders pull requests for lists, single answers and webhooks. */

import type { PullFacts } from "../../events/event.ts";
import { labelsOf } from "../../issues/labels.ts";
import { issueOf } from "../../pulls/facts.ts";
import type { Issue, Pull } from "../../store/entities.ts";
import { userById } from "../../store/users.ts";
import { renderLabel } from "../issue.ts";
import { renderRepository } from "../repository.ts";
import { nodeId, type RenderContext, type RenderScope, repositoryApi, repositoryWeb, type Schema } from "../site.ts";
import { association, renderSimpleUser } from "../user.ts";

function links(scope: RenderScope, pull: Pull) {
  const url = `${repositoryApi(scope)}/pulls/${pull.number}`;
  const issue = `${repositoryApi(scope)}/issues/${pull.number}`;
  const html = `${repositoryWeb(scope)}/pull/${pull.number}`;
  return {
    url,
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    issue_url: issue,
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    review_comment_url: `${repositoryApi(scope)}/pulls/comments{/number}`,
    comments_url: `${issue}/comments`,
    statuses_url: `${repositoryApi(scope)}/statuses/${pull.headSha}`,
  };
}

function side(scope: RenderScope, ref: string, sha: string) {
  const { repository } = scope;
  const user = renderSimpleUser(scope, userById(scope, repository.ownerId));
  return { label: `${repository.owner}:${ref}`, ref, sha, user, repo: renderRepository(scope, repository) };
}

/** Renders the requested reviewers who have not reviewed yet. */
export function requestedReviewers(site: RenderContext, pull: Pull) {
  const requests = site.store.table("reviewRequests").filter((each) => each.pullId === pull.id);
  return requests.map(({ userId }) => renderSimpleUser(site, userById(site, userId)));
}

function autoMerge(site: RenderContext, pull: Pull, issue: Issue) {
  const enabled = site.store.table("autoMerges").get(pull.id);
  if (enabled === undefined) return null;
  return {
    enabled_by: renderSimpleUser(site, userById(site, enabled.enabledById)),
    merge_method: enabled.method,
    commit_title: enabled.title ?? issue.title,
    commit_message: enabled.message ?? "",
  };
}

/** Counts the review comments that are no drafts. */
function commentsOnLines(site: RenderContext, pull: Pull): number {
  const isPublic = (reviewId: number) => site.store.table("reviews").get(reviewId)?.state !== "PENDING";
  return site.store.table("reviewComments").filter((each) => each.pullId === pull.id && isPublic(each.reviewId)).length;
}

function common(scope: RenderScope, pull: Pull, issue: Issue) {
  const to = links(scope, pull);
  const assignees = issue.assigneeIds.map((id) => renderSimpleUser(scope, userById(scope, id)));
  return {
    ...to,
    id: pull.id,
    node_id: nodeId("PullRequest", pull.id),
    number: pull.number,
    state: issue.state,
    locked: issue.locked,
    title: issue.title,
    user: renderSimpleUser(scope, userById(scope, issue.userId)),
    body: issue.body,
    labels: labelsOf(scope, issue).map((each) => ({
      ...renderLabel(scope, each),
      description: each.description ?? "",
    })),
    milestone: null,
    active_lock_reason: null,
    created_at: issue.createdAt,
    updated_at: issue.updatedAt,
    closed_at: issue.closedAt,
    merged_at: pull.mergedAt,
    merge_commit_sha: pull.mergeSha,
    assignee: assignees[0] ?? null,
    assignees,
    requested_reviewers: requestedReviewers(scope, pull),
    requested_teams: [],
    head: side(scope, pull.headRef, pull.headSha),
    base: side(scope, pull.baseRef, pull.baseSha),
    _links: {
      self: { href: to.url },
      html: { href: to.html_url },
      issue: { href: to.issue_url },
      comments: { href: to.comments_url },
      review_comments: { href: to.review_comments_url },
      review_comment: { href: to.review_comment_url },
      commits: { href: to.commits_url },
      statuses: { href: to.statuses_url },
    },
    author_association: association(scope.repository, issue.userId),
    auto_merge: autoMerge(scope, pull, issue),
    draft: pull.draft,
  };
}

export function renderSimplePull(scope: RenderScope, pull: Pull) {
  return common(scope, pull, issueOf(scope, pull)) satisfies Schema<"pull-request-simple">;
}

export function renderPullRequest(
  scope: RenderScope,
  { pull, issue, facts }: { pull: Pull; issue: Issue; facts: PullFacts },
) {
  const mergeable = pull.merged ? null : (pull.mergeability?.mergeable ?? null);
  return {
    ...common(scope, pull, issue),
    merged: pull.merged,
    mergeable,
    rebaseable: mergeable,
    mergeable_state: facts.mergeableState,
    merged_by: pull.mergedById === null ? null : renderSimpleUser(scope, userById(scope, pull.mergedById)),
    comments: scope.store
      .table("comments")
      .filter((each) => each.repositoryId === scope.repository.id && each.issueNumber === pull.number).length,
    review_comments: commentsOnLines(scope, pull),
    maintainer_can_modify: false,
    commits: facts.size.commits,
    additions: facts.size.additions,
    deletions: facts.size.deletions,
    changed_files: facts.size.files,
  } satisfies Schema<"pull-request"> & Schema<"pull-request-webhook">;
}
