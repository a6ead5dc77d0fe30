/** Pull requests, as lists, single answers and webhooks show them. */

import type { PullFacts } from "../../events/event.ts";
import { labelsOf } from "../../issues/labels.ts";
import { issueOf } from "../../pulls/facts.ts";
import type { Issue, Pull, Repository } from "../../store/entities.ts";
import { userById } from "../../store/users.ts";
import { renderLabel } from "../issue.ts";
import { renderRepository } from "../repository.ts";
import { nodeId, type RenderContext, repositoryApi, repositoryWeb, type Schema } from "../site.ts";
import { association, renderSimpleUser } from "../user.ts";

function links(site: RenderContext, repository: Repository, pull: Pull) {
  const url = `${repositoryApi(site, repository)}/pulls/${pull.number}`;
  const issue = `${repositoryApi(site, repository)}/issues/${pull.number}`;
  const html = `${repositoryWeb(site, repository)}/pull/${pull.number}`;
  return {
    url,
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    issue_url: issue,
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    review_comment_url: `${repositoryApi(site, repository)}/pulls/comments{/number}`,
    comments_url: `${issue}/comments`,
    statuses_url: `${repositoryApi(site, repository)}/statuses/${pull.headSha}`,
  };
}

function side(site: RenderContext, repository: Repository, ref: string, sha: string) {
  const user = renderSimpleUser(site, userById(site, repository.ownerId));
  return { label: `${repository.owner}:${ref}`, ref, sha, user, repo: renderRepository(site, repository) };
}

/** Who is asked for a review and has not given it. */
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

/** Those that everyone sees. */
function commentsOnLines(site: RenderContext, pull: Pull): number {
  const isPublic = (reviewId: number) => site.store.table("reviews").get(reviewId)?.state !== "PENDING";
  return site.store.table("reviewComments").filter((each) => each.pullId === pull.id && isPublic(each.reviewId)).length;
}

function common(site: RenderContext, repository: Repository, pull: Pull, issue: Issue) {
  const to = links(site, repository, pull);
  const assignees = issue.assigneeIds.map((id) => renderSimpleUser(site, userById(site, id)));
  return {
    ...to,
    id: pull.id,
    node_id: nodeId("PullRequest", pull.id),
    number: pull.number,
    state: issue.state,
    locked: issue.locked,
    title: issue.title,
    user: renderSimpleUser(site, userById(site, issue.userId)),
    body: issue.body,
    labels: labelsOf(site, issue).map((each) => ({
      ...renderLabel(site, repository, each),
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
    requested_reviewers: requestedReviewers(site, pull),
    requested_teams: [],
    head: side(site, repository, pull.headRef, pull.headSha),
    base: side(site, repository, pull.baseRef, pull.baseSha),
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
    author_association: association(repository, issue.userId),
    auto_merge: autoMerge(site, pull, issue),
    draft: pull.draft,
  };
}

export function renderSimplePull(site: RenderContext, repository: Repository, pull: Pull) {
  return common(site, repository, pull, issueOf(site, pull)) satisfies Schema<"pull-request-simple">;
}

export function renderPullRequest(
  site: RenderContext,
  repository: Repository,
  { pull, issue, facts }: { pull: Pull; issue: Issue; facts: PullFacts },
) {
  const mergeable = pull.merged ? null : (pull.mergeability?.mergeable ?? null);
  return {
    ...common(site, repository, pull, issue),
    merged: pull.merged,
    mergeable,
    rebaseable: mergeable,
    mergeable_state: facts.mergeableState,
    merged_by: pull.mergedById === null ? null : renderSimpleUser(site, userById(site, pull.mergedById)),
    comments: site.store
      .table("comments")
      .filter((each) => each.repositoryId === repository.id && each.issueNumber === pull.number).length,
    review_comments: commentsOnLines(site, pull),
    maintainer_can_modify: false,
    commits: facts.size.commits,
    additions: facts.size.additions,
    deletions: facts.size.deletions,
    changed_files: facts.size.files,
  } satisfies Schema<"pull-request"> & Schema<"pull-request-webhook">;
}
