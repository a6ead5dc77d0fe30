/**
 * Changes issues and sends their webhooks. A pull request changes through the issues routes too (labels, title, state);
 * its webhook is then `pull_request`, not `issues`.
 */

import type { Initiator } from "../access/initiator.ts";
import type { SandboxContext } from "../context.ts";
import type { IssueChange } from "../events/event.ts";
import { announcePull } from "../pulls/announce.ts";
import { closePull, reopenPull } from "../pulls/edit.ts";
import type { Issue, Label, Repository } from "../store/entities.ts";
import { takeNumber } from "../store/numbers.ts";
import { userById } from "../store/users.ts";
import { labelNamed, labelsOf } from "./labels.ts";
import { recordEvent } from "./record-event.ts";

export interface NewIssue {
  title: string;
  body: string | null;
  labels: readonly string[];
  assigneeIds: number[];
}

async function announceChange(
  context: SandboxContext,
  repository: Repository,
  issue: Issue,
  change: IssueChange,
  initiator: Initiator,
): Promise<void> {
  const pull = issue.isPull ? context.store.table("pulls").get(issue.id) : undefined;
  if (pull !== undefined) return announcePull(context, repository, pull, change, initiator);
  context.announce({ repository, initiator, event: "issues", issue, ...change });
}

async function announceLabeling(
  context: SandboxContext,
  repository: Repository,
  issue: Issue,
  action: "labeled" | "unlabeled",
  label: Label,
  initiator: Initiator,
): Promise<void> {
  recordEvent(context, issue, action, initiator.user.id, { label: { name: label.name, color: label.color } });
  await announceChange(context, repository, issue, { action, label }, initiator);
}

export async function openIssue(
  context: SandboxContext,
  repository: Repository,
  given: NewIssue,
  initiator: Initiator,
): Promise<Issue> {
  const { store } = context;
  const labels = given.labels.map((name) => labelNamed(context, repository, name, initiator));
  const now = store.now();
  const issue = store.transaction(() =>
    store.table("issues").put({
      id: store.nextId(),
      repositoryId: repository.id,
      number: takeNumber(store, repository.id),
      title: given.title,
      body: given.body,
      userId: initiator.user.id,
      state: "open",
      stateReason: null,
      labels: [...new Set(labels.map((label) => label.name))],
      assigneeIds: given.assigneeIds,
      isPull: false,
      locked: false,
      closedById: null,
      createdAt: now,
      updatedAt: now,
      closedAt: null,
    }),
  );
  await announceChange(context, repository, issue, { action: "opened" }, initiator);
  for (const label of labels) await announceLabeling(context, repository, issue, "labeled", label, initiator);
  return issue;
}

/** Sets title and body; unchanged values tell nothing. */
export async function editIssue(
  context: SandboxContext,
  repository: Repository,
  issue: Issue,
  wanted: { title?: string | undefined; body?: string | null | undefined },
  initiator: Initiator,
): Promise<Issue> {
  const title = wanted.title ?? issue.title;
  const body = wanted.body === undefined ? issue.body : wanted.body;
  if (title === issue.title && body === issue.body) return issue;
  const changed = saveIssue(context, issue, { title, body });
  const changes = {
    ...(title === issue.title ? {} : { title: { from: issue.title } }),
    ...(body === issue.body ? {} : { body: { from: issue.body ?? "" } }),
  };
  await announceChange(context, repository, changed, { action: "edited", changes }, initiator);
  return changed;
}

/** Closes it; one that is closed already gets the reason, if one is given. A pull has no reason. */
export async function closeIssue(
  context: SandboxContext,
  repository: Repository,
  issue: Issue,
  reason: "completed" | "not_planned" | "duplicate" | null,
  initiator: Initiator,
): Promise<Issue> {
  const stateReason = issue.isPull ? null : reason;
  if (issue.state === "closed") return stateReason === null ? issue : saveIssue(context, issue, { stateReason });
  const pull = context.store.table("pulls").get(issue.id);
  if (pull !== undefined) {
    recordEvent(context, issue, "closed", initiator.user.id);
    await closePull(context, repository, pull, initiator);
    return context.store.table("issues").get(issue.id) ?? issue;
  }
  const changed = saveIssue(context, issue, {
    state: "closed",
    stateReason: reason ?? "completed",
    closedById: initiator.user.id,
    closedAt: context.store.now(),
  });
  recordEvent(context, changed, "closed", initiator.user.id);
  await announceChange(context, repository, changed, { action: "closed" }, initiator);
  return changed;
}

/** @throws ApiError 422 for a pull that cannot be opened again. */
export async function reopenIssue(
  context: SandboxContext,
  repository: Repository,
  issue: Issue,
  initiator: Initiator,
): Promise<Issue> {
  if (issue.state === "open") return issue;
  const pull = context.store.table("pulls").get(issue.id);
  if (pull !== undefined) {
    await context.git.exclusive(repository, () => reopenPull(context, repository, pull, initiator));
    recordEvent(context, issue, "reopened", initiator.user.id);
    return context.store.table("issues").get(issue.id) ?? issue;
  }
  const changed = saveIssue(context, issue, {
    state: "open",
    stateReason: "reopened",
    closedById: null,
    closedAt: null,
  });
  recordEvent(context, changed, "reopened", initiator.user.id);
  await announceChange(context, repository, changed, { action: "reopened" }, initiator);
  return changed;
}

/** Makes the issue's labels exactly these; one event for each that came or went. */
export async function setLabels(
  context: SandboxContext,
  repository: Repository,
  issue: Issue,
  names: readonly string[],
  initiator: Initiator,
): Promise<Issue> {
  const wanted = [
    ...new Map(
      names.map((name) => labelNamed(context, repository, name, initiator)).map((each) => [each.id, each]),
    ).values(),
  ];
  const added = wanted.filter((label) => !issue.labels.includes(label.name));
  const removed = labelsOf(context, issue).filter((label) => !wanted.some((each) => each.id === label.id));
  if (added.length === 0 && removed.length === 0) return issue;
  const changed = saveIssue(context, issue, { labels: wanted.map((label) => label.name) });
  for (const label of added) await announceLabeling(context, repository, changed, "labeled", label, initiator);
  for (const label of removed) await announceLabeling(context, repository, changed, "unlabeled", label, initiator);
  return changed;
}

/** Makes the issue's assignees exactly these. */
export async function setAssignees(
  context: SandboxContext,
  repository: Repository,
  issue: Issue,
  ids: readonly number[],
  initiator: Initiator,
): Promise<Issue> {
  const added = ids.filter((id) => !issue.assigneeIds.includes(id));
  const removed = issue.assigneeIds.filter((id) => !ids.includes(id));
  if (added.length === 0 && removed.length === 0) return issue;
  const changed = saveIssue(context, issue, { assigneeIds: [...ids] });
  const announce = (action: "assigned" | "unassigned", id: number) =>
    announceChange(context, repository, changed, { action, assignee: userById(context, id) }, initiator);
  for (const id of added) await announce("assigned", id);
  for (const id of removed) await announce("unassigned", id);
  return changed;
}

/** Changes these fields of the issue as it is now: another request may have changed others meanwhile. */
function saveIssue(context: SandboxContext, issue: Issue, change: Partial<Issue>): Issue {
  const present = context.store.table("issues").get(issue.id) ?? issue;
  return context.store.table("issues").put({ ...present, ...change, updatedAt: context.store.now() });
}
