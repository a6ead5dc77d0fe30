/**
 * What can happen to an issue, and what it tells. A pull request is changed through the issues routes too (labels,
 * title, state); GitHub then tells `pull_request`, not `issues`.
 */
import type { Hub } from "../../hub.ts";
import { labelsOf, issue as renderIssue, label as renderLabel } from "../../shapes/issue.ts";
import type { Payload } from "../../shapes/site.ts";
import { simpleUser, userById } from "../../shapes/user.ts";
import type { Issue, Repository, User } from "../../world/entities.ts";
import { takeNumber } from "../../world/numbers.ts";
import { labelNamed } from "./labels.ts";

/** Who changes something, and with what kind of token. */
export interface By {
  user: User;
  byJobToken: boolean;
}

export interface NewIssue {
  title: string;
  body: string | null;
  labels: readonly string[];
  assigneeIds: number[];
}

function tell(
  hub: Hub,
  repository: Repository,
  issue: Issue,
  action: string,
  by: By,
  more: Record<string, unknown> = {},
): void {
  const payload = { issue: renderIssue(hub, repository, issue), ...more } satisfies Payload<"webhook-issues-closed">;
  hub.announce({ repository, event: "issues", action, payload, sender: by.user, byJobToken: by.byJobToken });
}

export function openIssue(hub: Hub, repository: Repository, given: NewIssue, by: By): Issue {
  const { world } = hub;
  const labels = given.labels.map((name) => labelNamed(hub, repository, name, by));
  const now = world.now();
  const issue = world.transaction(() =>
    world.table("issues").put({
      id: world.nextId(),
      repositoryId: repository.id,
      number: takeNumber(world, repository.id),
      title: given.title,
      body: given.body,
      userId: by.user.id,
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
  tell(hub, repository, issue, "opened", by);
  for (const label of labels) {
    tell(hub, repository, issue, "labeled", by, { label: renderLabel(hub, repository, label) });
  }
  return issue;
}

/** Sets title and body; unchanged values tell nothing. */
export function editIssue(
  hub: Hub,
  repository: Repository,
  issue: Issue,
  wanted: { title?: string | undefined; body?: string | null | undefined },
  by: By,
): Issue {
  const title = wanted.title ?? issue.title;
  const body = wanted.body === undefined ? issue.body : wanted.body;
  if (title === issue.title && body === issue.body) return issue;
  const changed = store(hub, { ...issue, title, body });
  const changes = {
    ...(title === issue.title ? {} : { title: { from: issue.title } }),
    ...(body === issue.body ? {} : { body: { from: issue.body ?? "" } }),
  };
  tell(hub, repository, changed, "edited", by, { changes });
  return changed;
}

export function closeIssue(
  hub: Hub,
  repository: Repository,
  issue: Issue,
  reason: "completed" | "not_planned" | "duplicate",
  by: By,
): Issue {
  if (issue.state === "closed") return issue.stateReason === reason ? issue : store(hub, { ...issue, stateReason: reason });
  const changed = store(hub, {
    ...issue,
    state: "closed",
    stateReason: issue.isPull ? null : reason,
    closedById: by.user.id,
    closedAt: hub.world.now(),
  });
  tell(hub, repository, changed, "closed", by);
  return changed;
}

export function reopenIssue(hub: Hub, repository: Repository, issue: Issue, by: By): Issue {
  if (issue.state === "open") return issue;
  const changed = store(hub, {
    ...issue,
    state: "open",
    stateReason: issue.isPull ? null : "reopened",
    closedById: null,
    closedAt: null,
  });
  tell(hub, repository, changed, "reopened", by);
  return changed;
}

/** Makes the issue's labels exactly these; one event for each that came or went. */
export function setLabels(hub: Hub, repository: Repository, issue: Issue, names: readonly string[], by: By): Issue {
  const wanted = [...new Map(names.map((name) => labelNamed(hub, repository, name, by)).map((each) => [each.id, each])).values()];
  const added = wanted.filter((label) => !issue.labels.includes(label.name));
  const removed = labelsOf(hub, issue).filter((label) => !wanted.some((each) => each.id === label.id));
  if (added.length === 0 && removed.length === 0) return issue;
  const changed = store(hub, { ...issue, labels: wanted.map((label) => label.name) });
  for (const label of added) {
    tell(hub, repository, changed, "labeled", by, { label: renderLabel(hub, repository, label) });
  }
  for (const label of removed) {
    tell(hub, repository, changed, "unlabeled", by, { label: renderLabel(hub, repository, label) });
  }
  return changed;
}

/** Makes the issue's assignees exactly these. */
export function setAssignees(hub: Hub, repository: Repository, issue: Issue, ids: readonly number[], by: By): Issue {
  const added = ids.filter((id) => !issue.assigneeIds.includes(id));
  const removed = issue.assigneeIds.filter((id) => !ids.includes(id));
  if (added.length === 0 && removed.length === 0) return issue;
  const changed = store(hub, { ...issue, assigneeIds: [...ids] });
  const assignee = (id: number) => ({ assignee: simpleUser(hub, userById(hub, id)) });
  for (const id of added) tell(hub, repository, changed, "assigned", by, assignee(id));
  for (const id of removed) tell(hub, repository, changed, "unassigned", by, assignee(id));
  return changed;
}

function store(hub: Hub, issue: Issue): Issue {
  return hub.world.table("issues").put({ ...issue, updatedAt: hub.world.now() });
}
