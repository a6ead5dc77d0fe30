/**
 * Changes an issue or a pull, whichever the issue is. GitHub's issues routes take both: a pull changes by its own rules and
 * gets the `pull_request` webhook in place of `issues`.
 */

import type { Initiator } from "../access/initiator.ts";
import type { SandboxContext } from "../context.ts";
import {
  announceIssue,
  type ChangedIssue,
  changeAssignees,
  changeLabels,
  changeWords,
  type WantedWords,
} from "../issues/changes.ts";
import { type CloseReason, closeIssue, reopenIssue } from "../issues/state.ts";
import type { Issue, Pull, Repository } from "../store/entities.ts";
import { announcePull } from "./announce.ts";
import { closePull, reopenPull } from "./edit.ts";

export function editIssueOrPull(
  context: SandboxContext,
  repository: Repository,
  issue: Issue,
  wanted: WantedWords,
  initiator: Initiator,
): Promise<Issue> {
  return announced(context, repository, changeWords(context, issue, wanted), initiator);
}

export function labelIssueOrPull(
  context: SandboxContext,
  repository: Repository,
  issue: Issue,
  names: readonly string[],
  initiator: Initiator,
): Promise<Issue> {
  return announced(context, repository, changeLabels(context, repository, issue, names, initiator), initiator);
}

export function assignIssueOrPull(
  context: SandboxContext,
  repository: Repository,
  issue: Issue,
  ids: readonly number[],
  initiator: Initiator,
): Promise<Issue> {
  return announced(context, repository, changeAssignees(context, issue, ids), initiator);
}

/** The reason is an issue's: a pull has none. */
export async function closeIssueOrPull(
  context: SandboxContext,
  repository: Repository,
  issue: Issue,
  reason: CloseReason | null,
  initiator: Initiator,
): Promise<Issue> {
  const pull = pullOf(context, issue);
  if (pull === null) return closeIssue(context, repository, issue, reason, initiator);
  if (issue.state === "closed") return issue;
  await closePull(context, repository, pull, initiator);
  return present(context, issue);
}

/** @throws ApiError 422 for a pull that cannot be opened again. */
export async function reopenIssueOrPull(
  context: SandboxContext,
  repository: Repository,
  issue: Issue,
  initiator: Initiator,
): Promise<Issue> {
  const pull = pullOf(context, issue);
  if (pull === null) return reopenIssue(context, repository, issue, initiator);
  if (issue.state === "open") return issue;
  await context.git.exclusive(repository, () => reopenPull(context, repository, pull, initiator));
  return present(context, issue);
}

async function announced(
  context: SandboxContext,
  repository: Repository,
  { issue, changes }: ChangedIssue,
  initiator: Initiator,
): Promise<Issue> {
  for (const change of changes) {
    const pull = pullOf(context, issue);
    if (pull === null) announceIssue(context, repository, { issue, changes: [change] }, initiator);
    else await announcePull(context, repository, pull, change, initiator);
  }
  return issue;
}

function pullOf({ store }: SandboxContext, issue: Issue): Pull | null {
  return store.table("pulls").get(issue.id) ?? null;
}

function present({ store }: SandboxContext, issue: Issue): Issue {
  return store.table("issues").get(issue.id) ?? issue;
}
