/** Renders issues, labels, comments and reactions. A pull request is an issue with a `pull_request` key. */

import { scopeOf } from "../context.ts";
import { labelsOf } from "../issues/labels.ts";
import type { Comment, Issue, IssueEvent, Label, Reaction } from "../store/entities.ts";
import type { PlacedIssue } from "../store/issue-links.ts";
import { userById } from "../store/users.ts";
import { renderAppById } from "./app.ts";
import { linksOf } from "./issue-links.ts";
import { renderRepository } from "./repository.ts";
import { nodeId, type RenderContext, type RenderScope, repositoryApi, repositoryWeb, type Schema } from "./site.ts";
import { association, renderSimpleUser } from "./user.ts";
import type { WebhookPayload } from "./webhooks/described.ts";

export function renderLabel(scope: RenderScope, entity: Label) {
  return {
    id: entity.id,
    node_id: nodeId("Label", entity.id),
    url: `${repositoryApi(scope)}/labels/${encodeURIComponent(entity.name)}`,
    name: entity.name,
    color: entity.color,
    default: false,
    description: entity.description,
    archived_at: null,
    archived_by: null,
  } satisfies Schema<"label"> & WebhookPayload<"label", "created">["label"];
}

export function reactionRollup(site: Pick<RenderContext, "store">, subject: Reaction["subject"], url: string) {
  const contents = site.store
    .table("reactions")
    .filter((entity) => entity.subject.kind === subject.kind && entity.subject.id === subject.id)
    .map((entity) => entity.content);
  const count = (content: Reaction["content"]) => contents.filter((each) => each === content).length;
  return {
    url: `${url}/reactions`,
    total_count: contents.length,
    "+1": count("+1"),
    "-1": count("-1"),
    laugh: count("laugh"),
    hooray: count("hooray"),
    confused: count("confused"),
    heart: count("heart"),
    rocket: count("rocket"),
    eyes: count("eyes"),
  } satisfies Schema<"reaction-rollup">;
}

function pullPart(scope: RenderScope, entity: Issue) {
  if (!entity.isPull) return {};
  const pull = scope.store.table("pulls").get(entity.id);
  const html = `${repositoryWeb(scope)}/pull/${entity.number}`;
  return {
    draft: pull?.draft ?? false,
    pull_request: {
      url: `${repositoryApi(scope)}/pulls/${entity.number}`,
      html_url: html,
      diff_url: `${html}.diff`,
      patch_url: `${html}.patch`,
      merged_at: pull?.mergedAt ?? null,
    },
  };
}

export function renderIssue(scope: RenderScope, entity: Issue) {
  const url = `${repositoryApi(scope)}/issues/${entity.number}`;
  const assignees = entity.assigneeIds.map((id) => renderSimpleUser(scope, userById(scope, id)));
  const { store, repository } = scope;
  return {
    id: entity.id,
    node_id: nodeId(entity.isPull ? "PullRequest" : "Issue", entity.id),
    url,
    repository_url: repositoryApi(scope),
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    timeline_url: `${url}/timeline`,
    html_url: `${repositoryWeb(scope)}/${entity.isPull ? "pull" : "issues"}/${entity.number}`,
    number: entity.number,
    state: entity.state,
    state_reason: entity.stateReason,
    title: entity.title,
    body: entity.body,
    user: renderSimpleUser(scope, userById(scope, entity.userId)),
    labels: labelsOf(scope, entity).map((each) => renderLabel(scope, each)),
    assignee: assignees[0] ?? null,
    assignees,
    milestone: null,
    locked: entity.locked,
    active_lock_reason: null,
    comments: store
      .table("comments")
      .filter((each) => each.repositoryId === repository.id && each.issueNumber === entity.number).length,
    closed_at: entity.closedAt,
    created_at: entity.createdAt,
    updated_at: entity.updatedAt,
    closed_by: entity.closedById === null ? null : renderSimpleUser(scope, userById(scope, entity.closedById)),
    author_association: association(repository, entity.userId),
    performed_via_github_app: null,
    reactions: reactionRollup(scope, { kind: "issue", id: entity.id }, url),
    ...linksOf(scope, entity),
    ...pullPart(scope, entity),
  } satisfies Schema<"issue"> & Schema<"webhook-issues-opened">["issue"];
}

/** Renders the stored issue, also if `issue` is an older copy of it. */
export function renderPlacedIssue(site: RenderContext, { issue, repository }: PlacedIssue) {
  return renderIssue(scopeOf(site, repository), site.store.table("issues").get(issue.id) ?? issue);
}

export function renderIssueComment(scope: RenderScope, entity: Comment) {
  const { repository } = scope;
  const url = `${repositoryApi(scope)}/issues/comments/${entity.id}`;
  const parent = scope.store
    .table("issues")
    .find((each) => each.repositoryId === repository.id && each.number === entity.issueNumber);
  const page = `${repositoryWeb(scope)}/${parent?.isPull ? "pull" : "issues"}/${entity.issueNumber}`;
  return {
    id: entity.id,
    node_id: nodeId("IssueComment", entity.id),
    url,
    html_url: `${page}#issuecomment-${entity.id}`,
    issue_url: `${repositoryApi(scope)}/issues/${entity.issueNumber}`,
    user: renderSimpleUser(scope, userById(scope, entity.userId)),
    body: entity.body,
    created_at: entity.createdAt,
    updated_at: entity.updatedAt,
    author_association: association(repository, entity.userId),
    performed_via_github_app: entity.viaAppId === null ? null : renderAppById(scope, entity.viaAppId),
    reactions: reactionRollup(scope, { kind: "comment", id: entity.id }, url),
  } satisfies Schema<"issue-comment"> & Schema<"webhook-issue-comment-created">["comment"];
}

export function renderIssueEvent(scope: RenderScope, entity: IssueEvent) {
  return {
    id: entity.id,
    node_id: nodeId("IssueEvent", entity.id),
    url: `${repositoryApi(scope)}/issues/events/${entity.id}`,
    actor: renderSimpleUser(scope, userById(scope, entity.actorId)),
    event: entity.event,
    commit_id: entity.commitId ?? null,
    commit_url: entity.commitId ? `${repositoryApi(scope)}/commits/${entity.commitId}` : null,
    created_at: entity.createdAt,
    ...(entity.label === null ? {} : { label: entity.label }),
    ...relatedPart(scope, entity),
    performed_via_github_app: null,
  } satisfies Schema<"issue-event">;
}

/** Renders `sub_issue`, `parent_issue`, `blocked_by` or `blocking`, if the event connects the issue to another. */
function relatedPart(site: RenderContext, entity: IssueEvent) {
  const related = site.store.table("issues").get(entity.relatedId ?? 0);
  const repository = site.store.table("repositories").get(related?.repositoryId ?? 0);
  if (related === undefined || repository === undefined) return {};
  return {
    [entity.event.replace(/_(added|removed)$/, "")]: {
      number: related.number,
      title: related.title,
      state: related.state,
      state_reason: related.stateReason,
      repository: renderRepository(site, repository),
      issue_type: null,
    } satisfies Schema<"nullable-issue-reference">,
  };
}

export function renderReaction(site: RenderContext, entity: Reaction) {
  return {
    id: entity.id,
    node_id: nodeId("Reaction", entity.id),
    user: renderSimpleUser(site, userById(site, entity.userId)),
    content: entity.content,
    created_at: entity.createdAt,
  } satisfies Schema<"reaction">;
}
