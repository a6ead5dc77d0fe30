/**
 * Changes an issue or the pull behind it. GitHub's issues routes take both: a pull changes by its own rules and gets the
 * `pull_request` webhook in place of `issues`.
 */

import type { ActingScope, SandboxContext } from "../context.ts";
import {
  announceIssue,
  type ChangedIssue,
  changeAssignees,
  changeLabels,
  changeText,
  type WantedText,
} from "../issues/changes.ts";
import { type CloseReason, closeIssue, reopenIssue } from "../issues/state.ts";
import type { Issue, Pull } from "../store/entities.ts";
import { announcePull } from "./announce.ts";
import { closePull, reopenPull } from "./edit.ts";

export function editIssueOrPull(scope: ActingScope, issue: Issue, wanted: WantedText): Promise<Issue> {
  return announced(scope, changeText(scope, issue, wanted));
}

export function labelIssueOrPull(scope: ActingScope, issue: Issue, names: readonly string[]): Promise<Issue> {
  return announced(scope, changeLabels(scope, issue, names));
}

export function assignIssueOrPull(scope: ActingScope, issue: Issue, ids: readonly number[]): Promise<Issue> {
  return announced(scope, changeAssignees(scope, issue, ids));
}

/** Closes either. A pull ignores the reason. */
export async function closeIssueOrPull(scope: ActingScope, issue: Issue, reason: CloseReason | null): Promise<Issue> {
  const pull = pullOf(scope, issue);
  if (pull === null) return closeIssue(scope, issue, reason);
  if (issue.state === "closed") return issue;
  await closePull(scope, pull);
  return present(scope, issue);
}

/** Reopens either. @throws ApiError 422 for a pull that cannot be reopened. */
export async function reopenIssueOrPull(scope: ActingScope, issue: Issue): Promise<Issue> {
  const pull = pullOf(scope, issue);
  if (pull === null) return reopenIssue(scope, issue);
  if (issue.state === "open") return issue;
  await scope.git.exclusive(scope.repository, () => reopenPull(scope, pull));
  return present(scope, issue);
}

async function announced(scope: ActingScope, { issue, changes }: ChangedIssue): Promise<Issue> {
  for (const change of changes) {
    const pull = pullOf(scope, issue);
    if (pull === null) announceIssue(scope, { issue, changes: [change] });
    else await announcePull(scope, pull, change);
  }
  return issue;
}

function pullOf({ store }: SandboxContext, issue: Issue): Pull | null {
  return store.table("pulls").get(issue.id) ?? null;
}

function present({ store }: SandboxContext, issue: Issue): Issue {
  return store.table("issues").get(issue.id) ?? issue;
}
