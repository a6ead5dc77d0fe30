/**
 * Changes what issues and pulls have in common: title, body, labels, assignees. Stores each change and returns what to announce,
 * since only pulls know what the webhook of a pull needs (`pulls/issue-or-pull.ts`).
 */

import { type ActingScope, announce, type SandboxContext } from "../context.ts";
import type { IssueChange } from "../events/event.ts";
import type { Issue, Label } from "../store/entities.ts";
import { userById } from "../store/users.ts";
import { labelNamed, labelsOf } from "./labels.ts";
import { recordEvent } from "./record-event.ts";

/** The changed issue and its changes in order. */
export interface ChangedIssue {
  issue: Issue;
  changes: readonly IssueChange[];
}

const unchanged = (issue: Issue): ChangedIssue => ({ issue, changes: [] });

export function announceIssue(scope: ActingScope, { issue, changes }: ChangedIssue): void {
  for (const change of changes) announce(scope, { event: "issues", issue, ...change });
}

export interface WantedText {
  title?: string | undefined;
  body?: string | null | undefined;
}

export function changeText(context: SandboxContext, issue: Issue, wanted: WantedText): ChangedIssue {
  const title = wanted.title ?? issue.title;
  const body = wanted.body === undefined ? issue.body : wanted.body;
  if (title === issue.title && body === issue.body) return unchanged(issue);
  const changes = {
    ...(title === issue.title ? {} : { title: { from: issue.title } }),
    ...(body === issue.body ? {} : { body: { from: issue.body ?? "" } }),
  };
  return { issue: saveIssue(context, issue, { title, body }), changes: [{ action: "edited", changes }] };
}

/** Replaces the issue's labels. */
export function changeLabels(scope: ActingScope, issue: Issue, names: readonly string[]): ChangedIssue {
  const named = names.map((name) => labelNamed(scope, name));
  const wanted = [...new Map(named.map((each) => [each.id, each])).values()];
  const added = wanted.filter((label) => !issue.labels.includes(label.name));
  const removed = labelsOf(scope, issue).filter((label) => !wanted.some((each) => each.id === label.id));
  if (added.length === 0 && removed.length === 0) return unchanged(issue);
  const changed = saveIssue(scope, issue, { labels: wanted.map((label) => label.name) });
  const changes = [
    ...added.map((label) => ({ action: "labeled" as const, label })),
    ...removed.map((label) => ({ action: "unlabeled" as const, label })),
  ];
  for (const { action, label } of changes) recordLabeling(scope, changed, action, label);
  return { issue: changed, changes };
}

export function recordLabeling(
  scope: ActingScope,
  issue: Issue,
  event: "labeled" | "unlabeled",
  { name, color }: Label,
): void {
  recordEvent(scope, issue, event, scope.initiator.user.id, { label: { name, color } });
}

/** Replaces the issue's assignees. */
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

/** Changes these fields of the stored issue. Another request may have changed other fields meanwhile. */
export function saveIssue(context: SandboxContext, issue: Issue, change: Partial<Issue>): Issue {
  const present = context.store.table("issues").get(issue.id) ?? issue;
  return context.store.table("issues").put({ ...present, ...change, updatedAt: context.store.now() });
}
