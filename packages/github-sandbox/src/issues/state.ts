/** Opens, closes and reopens issues. Pulls have rules of their own: `pulls/issue-or-pull.ts` does either. */

import type { Initiator } from "../access/initiator.ts";
import type { SandboxContext } from "../context.ts";
import type { Issue, Repository } from "../store/entities.ts";
import { takeNumber } from "../store/numbers.ts";
import { announceIssue, recordLabeling, saveIssue } from "./changes.ts";
import { labelNamed } from "./labels.ts";
import { recordEvent } from "./record-event.ts";

export interface NewIssue {
  title: string;
  body: string | null;
  labels: readonly string[];
  assigneeIds: number[];
}

export function openIssue(
  context: SandboxContext,
  repository: Repository,
  given: NewIssue,
  initiator: Initiator,
): Issue {
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
  for (const label of labels) recordLabeling(context, issue, "labeled", label, initiator);
  const labeled = labels.map((label) => ({ action: "labeled" as const, label }));
  announceIssue(context, repository, { issue, changes: [{ action: "opened" }, ...labeled] }, initiator);
  return issue;
}

export type CloseReason = "completed" | "not_planned" | "duplicate";

/** Closes the issue. One that is closed already gets the reason, if one is given. */
export function closeIssue(
  context: SandboxContext,
  repository: Repository,
  issue: Issue,
  reason: CloseReason | null,
  initiator: Initiator,
): Issue {
  if (issue.state === "closed") return reason === null ? issue : saveIssue(context, issue, { stateReason: reason });
  const changed = saveIssue(context, issue, {
    state: "closed",
    stateReason: reason ?? "completed",
    closedById: initiator.user.id,
    closedAt: context.store.now(),
  });
  recordEvent(context, changed, "closed", initiator.user.id);
  announceIssue(context, repository, { issue: changed, changes: [{ action: "closed" }] }, initiator);
  return changed;
}

export function reopenIssue(
  context: SandboxContext,
  repository: Repository,
  issue: Issue,
  initiator: Initiator,
): Issue {
  if (issue.state === "open") return issue;
  const changed = saveIssue(context, issue, {
    state: "open",
    stateReason: "reopened",
    closedById: null,
    closedAt: null,
  });
  recordEvent(context, changed, "reopened", initiator.user.id);
  announceIssue(context, repository, { issue: changed, changes: [{ action: "reopened" }] }, initiator);
  return changed;
}
