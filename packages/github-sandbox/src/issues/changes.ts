/**
 * Changes what issues and pulls have in common: words, labels, assignees. Stores each change and returns what to announce,
 * since only pulls know what the webhook of a pull needs (`pulls/issue-or-pull.ts`).
 */

import type { Initiator } from "../access/initiator.ts";
import type { SandboxContext } from "../context.ts";
import type { IssueChange } from "../events/event.ts";
import type { Issue, Label, Repository } from "../store/entities.ts";
import { userById } from "../store/users.ts";
import { labelNamed, labelsOf } from "./labels.ts";
import { recordEvent } from "./record-event.ts";

/** The issue as it is now, and what happened to it, in order. */
export interface ChangedIssue {
  issue: Issue;
  changes: readonly IssueChange[];
}

const unchanged = (issue: Issue): ChangedIssue => ({ issue, changes: [] });

export function announceIssue(
  context: SandboxContext,
  repository: Repository,
  { issue, changes }: ChangedIssue,
  initiator: Initiator,
): void {
  for (const change of changes) context.announce({ repository, initiator, event: "issues", issue, ...change });
}

export interface WantedWords {
  title?: string | undefined;
  body?: string | null | undefined;
}

export function changeWords(context: SandboxContext, issue: Issue, wanted: WantedWords): ChangedIssue {
  const title = wanted.title ?? issue.title;
  const body = wanted.body === undefined ? issue.body : wanted.body;
  if (title === issue.title && body === issue.body) return unchanged(issue);
  const changes = {
    ...(title === issue.title ? {} : { title: { from: issue.title } }),
    ...(body === issue.body ? {} : { body: { from: issue.body ?? "" } }),
  };
  return { issue: saveIssue(context, issue, { title, body }), changes: [{ action: "edited", changes }] };
}

/** Makes the issue's labels exactly these. */
export function changeLabels(
  context: SandboxContext,
  repository: Repository,
  issue: Issue,
  names: readonly string[],
  initiator: Initiator,
): ChangedIssue {
  const named = names.map((name) => labelNamed(context, repository, name, initiator));
  const wanted = [...new Map(named.map((each) => [each.id, each])).values()];
  const added = wanted.filter((label) => !issue.labels.includes(label.name));
  const removed = labelsOf(context, issue).filter((label) => !wanted.some((each) => each.id === label.id));
  if (added.length === 0 && removed.length === 0) return unchanged(issue);
  const changed = saveIssue(context, issue, { labels: wanted.map((label) => label.name) });
  const changes = [
    ...added.map((label) => ({ action: "labeled" as const, label })),
    ...removed.map((label) => ({ action: "unlabeled" as const, label })),
  ];
  for (const { action, label } of changes) recordLabeling(context, changed, action, label, initiator);
  return { issue: changed, changes };
}

export function recordLabeling(
  context: SandboxContext,
  issue: Issue,
  event: "labeled" | "unlabeled",
  { name, color }: Label,
  initiator: Initiator,
): void {
  recordEvent(context, issue, event, initiator.user.id, { label: { name, color } });
}

/** Makes the issue's assignees exactly these. */
export function changeAssignees(context: SandboxContext, issue: Issue, ids: readonly number[]): ChangedIssue {
  const added = ids.filter((id) => !issue.assigneeIds.includes(id));
  const removed = issue.assigneeIds.filter((id) => !ids.includes(id));
  if (added.length === 0 && removed.length === 0) return unchanged(issue);
  const changes = [
    ...added.map((id) => ({ action: "assigned" as const, assignee: userById(context, id) })),
    ...removed.map((id) => ({ action: "unassigned" as const, assignee: userById(context, id) })),
  ];
  return { issue: saveIssue(context, issue, { assigneeIds: [...ids] }), changes };
}

/** Changes these fields of the issue as it is now: another request may have changed others meanwhile. */
export function saveIssue(context: SandboxContext, issue: Issue, change: Partial<Issue>): Issue {
  const present = context.store.table("issues").get(issue.id) ?? issue;
  return context.store.table("issues").put({ ...present, ...change, updatedAt: context.store.now() });
}
