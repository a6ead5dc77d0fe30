/** Opens, closes and reopens issues. `pulls/issue-or-pull.ts` does the same for issues and pulls. */

import type { ActingScope } from "../context.ts";
import type { Issue } from "../store/entities.ts";
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

export function openIssue(scope: ActingScope, given: NewIssue): Issue {
  const { store, repository, initiator } = scope;
  const labels = given.labels.map((name) => labelNamed(scope, name));
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
  for (const label of labels) recordLabeling(scope, issue, "labeled", label);
  const labeled = labels.map((label) => ({ action: "labeled" as const, label }));
  announceIssue(scope, { issue, changes: [{ action: "opened" }, ...labeled] });
  return issue;
}

export type CloseReason = "completed" | "not_planned" | "duplicate";

/** Closes the issue. A closed issue only gets the reason, if one is given. */
export function closeIssue(scope: ActingScope, issue: Issue, reason: CloseReason | null): Issue {
  const { initiator } = scope;
  if (issue.state === "closed") return reason === null ? issue : saveIssue(scope, issue, { stateReason: reason });
  const changed = saveIssue(scope, issue, {
    state: "closed",
    stateReason: reason ?? "completed",
    closedById: initiator.user.id,
    closedAt: scope.store.now(),
  });
  recordEvent(scope, changed, "closed", initiator.user.id);
  announceIssue(scope, { issue: changed, changes: [{ action: "closed" }] });
  return changed;
}

export function reopenIssue(scope: ActingScope, issue: Issue): Issue {
  if (issue.state === "open") return issue;
  const changed = saveIssue(scope, issue, {
    state: "open",
    stateReason: "reopened",
    closedById: null,
    closedAt: null,
  });
  recordEvent(scope, changed, "reopened", scope.initiator.user.id);
  announceIssue(scope, { issue: changed, changes: [{ action: "reopened" }] });
  return changed;
}
