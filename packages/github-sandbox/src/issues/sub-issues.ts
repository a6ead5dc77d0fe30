/** Makes issues parts of others. https://docs.github.com/en/issues/tracking-your-work-with-issues/using-issues/adding-sub-issues */

import { ApiError, notFound } from "../access/errors.ts";
import type { Initiator } from "../access/initiator.ts";
import type { SandboxContext } from "../context.ts";
import type { Issue } from "../store/entities.ts";
import type { PlacedIssue } from "../store/issue-links.ts";
import type { Store } from "../store/store.ts";
import { placedIssue } from "./placed.ts";
import { recordEvent } from "./record-event.ts";

/** https://docs.github.com/en/issues/tracking-your-work-with-issues/using-issues/adding-sub-issues */
const mostChildren = 100;
const deepest = 8;

export function parentOf(store: Store, issue: Issue): Issue | null {
  const link = store.table("subIssues").get(issue.id);
  return link === undefined ? null : (store.table("issues").get(link.parentId) ?? null);
}

/** Returns the ids of the parent's sub-issues, in their order. */
export function childrenOf(store: Store, parentId: number): number[] {
  return store
    .table("subIssues")
    .filter((link) => link.parentId === parentId)
    .sort((a, b) => a.position - b.position)
    .map((link) => link.id);
}

export function subIssuesOf(store: Store, parent: Issue): Issue[] {
  return childrenOf(store, parent.id).flatMap((id) => store.table("issues").get(id) ?? []);
}

function place(store: Store, parentId: number, ids: readonly number[]): void {
  store.transaction(() => {
    for (const [position, id] of ids.entries()) store.table("subIssues").put({ id, parentId, position });
  });
}

/** Moves a sub-issue beside another one. @throws ApiError 404 if it is not the parent's, 422 if the other one is not. */
export function placeSubIssue(store: Store, parent: Issue, id: number, beside: { id: number; after: boolean }): void {
  const present = childrenOf(store, parent.id);
  if (!present.includes(id)) throw notFound();
  const others = present.filter((each) => each !== id);
  if (!others.includes(beside.id)) throw new ApiError(422, "The sub-issue to place it by is not of this parent.");
  const at = others.indexOf(beside.id) + (beside.after ? 1 : 0);
  place(store, parent.id, others.toSpliced(at, 0, id));
}

/** Makes the child a part of the parent. @throws ApiError 422 if it does not fit there. */
export function addSubIssue(
  context: SandboxContext,
  parent: PlacedIssue,
  child: PlacedIssue,
  replaceParent: boolean,
  initiator: Initiator,
): void {
  const present = parentOf(context.store, child.issue);
  mustFit(context.store, parent, child, present?.id ?? null, replaceParent);
  const former = present === null ? null : placedIssue(context, present.id);
  place(context.store, parent.issue.id, [...childrenOf(context.store, parent.issue.id), child.issue.id]);
  if (former !== null) announce(context, former, child, "removed", initiator);
  announce(context, parent, child, "added", initiator);
}

/** Takes the child out of the parent. @throws ApiError 404 if it is not the parent's. */
export function removeSubIssue(
  context: SandboxContext,
  parent: PlacedIssue,
  child: PlacedIssue,
  initiator: Initiator,
): void {
  if (parentOf(context.store, child.issue)?.id !== parent.issue.id) throw notFound();
  context.store.table("subIssues").remove(child.issue.id);
  announce(context, parent, child, "removed", initiator);
}

/** Lists in GitHub's words what is against it: https://github.com/github/github-mcp-server/pull/470 */
function mustFit(
  store: Store,
  parent: PlacedIssue,
  child: PlacedIssue,
  formerId: number | null,
  replaces: boolean,
): void {
  const wrong: string[] = [];
  if (formerId === parent.issue.id) wrong.push("Issue may not contain duplicate sub-issues");
  if (formerId !== null && !replaces) wrong.push("Sub issue may only have one parent");
  if (child.repository.ownerId !== parent.repository.ownerId) wrong.push("Sub issue must belong to the same owner");
  const above = ancestors(store, parent.issue);
  if (above.includes(child.issue.id)) wrong.push("Sub issue may not create a circular dependency");
  else if (above.length + depthBelow(store, child.issue.id) > deepest) {
    wrong.push("Parent issue has reached the maximum depth of sub-issues");
  }
  if (childrenOf(store, parent.issue.id).length >= mostChildren)
    wrong.push(`Parent cannot have more than ${mostChildren} sub-issues`);
  if (wrong.length === 0) return;
  const because = wrong.join(" and ");
  throw new ApiError(422, `An error occurred while adding the sub-issue to the parent issue. ${because}`);
}

/** Returns the ids of the issue, its parent and so on. */
function ancestors(store: Store, issue: Issue): number[] {
  const parent = parentOf(store, issue);
  return [issue.id, ...(parent === null ? [] : ancestors(store, parent))];
}

function depthBelow(store: Store, issueId: number): number {
  return 1 + Math.max(0, ...childrenOf(store, issueId).map((id) => depthBelow(store, id)));
}

/** https://docs.github.com/en/webhooks/webhook-events-and-payloads#sub_issues */
function announce(
  context: SandboxContext,
  parent: PlacedIssue,
  child: PlacedIssue,
  change: "added" | "removed",
  initiator: Initiator,
): void {
  recordEvent(context, parent.issue, `sub_issue_${change}`, initiator.user.id, { relatedId: child.issue.id });
  recordEvent(context, child.issue, `parent_issue_${change}`, initiator.user.id, { relatedId: parent.issue.id });
  const linked = { initiator, event: "sub_issues", parent, child } as const;
  context.announce({ ...linked, repository: parent.repository, action: `sub_issue_${change}` });
  context.announce({ ...linked, repository: child.repository, action: `parent_issue_${change}` });
}
