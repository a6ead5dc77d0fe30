/** Issues, their labels, comments and reactions. A pull request is an issue too, with a `pull_request` key. */

import { labelsOf } from "../issues/labels.ts";
import type { Comment, Issue, IssueEvent, Label, Reaction, Repository } from "../store/entities.ts";
import type { PlacedIssue } from "../store/issue-links.ts";
import { userById } from "../store/users.ts";
import { renderAppById } from "./app.ts";
import { linksOf } from "./issue-links.ts";
import { renderRepository } from "./repository.ts";
import { nodeId, type RenderContext, repositoryApi, repositoryWeb, type Schema } from "./site.ts";
import { association, renderSimpleUser } from "./user.ts";
import type { WebhookPayload } from "./webhooks/described.ts";

export function renderLabel(site: RenderContext, repository: Repository, entity: Label) {
  return {
    id: entity.id,
    node_id: nodeId("Label", entity.id),
    url: `${repositoryApi(site, repository)}/labels/${encodeURIComponent(entity.name)}`,
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

function pullPart(site: RenderContext, repository: Repository, entity: Issue) {
  if (!entity.isPull) return {};
  const pull = site.store.table("pulls").get(entity.id);
  const html = `${repositoryWeb(site, repository)}/pull/${entity.number}`;
  return {
    draft: pull?.draft ?? false,
    pull_request: {
      url: `${repositoryApi(site, repository)}/pulls/${entity.number}`,
      html_url: html,
      diff_url: `${html}.diff`,
      patch_url: `${html}.patch`,
      merged_at: pull?.mergedAt ?? null,
    },
  };
}

export function renderIssue(site: RenderContext, repository: Repository, entity: Issue) {
  const url = `${repositoryApi(site, repository)}/issues/${entity.number}`;
  const assignees = entity.assigneeIds.map((id) => renderSimpleUser(site, userById(site, id)));
  const { store } = site;
  return {
    id: entity.id,
    node_id: nodeId(entity.isPull ? "PullRequest" : "Issue", entity.id),
    url,
    repository_url: repositoryApi(site, repository),
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    timeline_url: `${url}/timeline`,
    html_url: `${repositoryWeb(site, repository)}/${entity.isPull ? "pull" : "issues"}/${entity.number}`,
    number: entity.number,
    state: entity.state,
    state_reason: entity.stateReason,
    title: entity.title,
    body: entity.body,
    user: renderSimpleUser(site, userById(site, entity.userId)),
    labels: labelsOf(site, entity).map((each) => renderLabel(site, repository, each)),
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
    closed_by: entity.closedById === null ? null : renderSimpleUser(site, userById(site, entity.closedById)),
    author_association: association(repository, entity.userId),
    performed_via_github_app: null,
    reactions: reactionRollup(site, { kind: "issue", id: entity.id }, url),
    ...linksOf(site, entity),
    ...pullPart(site, repository, entity),
  } satisfies Schema<"issue"> & Schema<"webhook-issues-opened">["issue"];
}

/** The issue as it is now. */
export function renderPlacedIssue(site: RenderContext, { issue, repository }: PlacedIssue) {
  return renderIssue(site, repository, site.store.table("issues").get(issue.id) ?? issue);
}

export function renderIssueComment(site: RenderContext, repository: Repository, entity: Comment) {
  const url = `${repositoryApi(site, repository)}/issues/comments/${entity.id}`;
  const parent = site.store
    .table("issues")
    .find((each) => each.repositoryId === repository.id && each.number === entity.issueNumber);
  const page = `${repositoryWeb(site, repository)}/${parent?.isPull ? "pull" : "issues"}/${entity.issueNumber}`;
  return {
    id: entity.id,
    node_id: nodeId("IssueComment", entity.id),
    url,
    html_url: `${page}#issuecomment-${entity.id}`,
    issue_url: `${repositoryApi(site, repository)}/issues/${entity.issueNumber}`,
    user: renderSimpleUser(site, userById(site, entity.userId)),
    body: entity.body,
    created_at: entity.createdAt,
    updated_at: entity.updatedAt,
    author_association: association(repository, entity.userId),
    performed_via_github_app: entity.viaAppId === null ? null : renderAppById(site, entity.viaAppId),
    reactions: reactionRollup(site, { kind: "comment", id: entity.id }, url),
  } satisfies Schema<"issue-comment"> & Schema<"webhook-issue-comment-created">["comment"];
}

export function renderIssueEvent(site: RenderContext, repository: Repository, entity: IssueEvent) {
  return {
    id: entity.id,
    node_id: nodeId("IssueEvent", entity.id),
    url: `${repositoryApi(site, repository)}/issues/events/${entity.id}`,
    actor: renderSimpleUser(site, userById(site, entity.actorId)),
    event: entity.event,
    commit_id: entity.commitId ?? null,
    commit_url: entity.commitId ? `${repositoryApi(site, repository)}/commits/${entity.commitId}` : null,
    created_at: entity.createdAt,
    ...(entity.label === null ? {} : { label: entity.label }),
    ...relatedPart(site, entity),
    performed_via_github_app: null,
  } satisfies Schema<"issue-event">;
}

/** `sub_issue`, `parent_issue`, `blocked_by` or `blocking`, where the event ties the issue to another. */
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
