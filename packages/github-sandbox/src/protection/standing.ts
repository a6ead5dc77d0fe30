/**
 * Finds the reviews of a pull that count. Rules, merges and GraphQL all use this file.
 * https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/reviewing-changes-in-pull-requests/about-pull-request-reviews
 */

import { roleOf } from "../access/permissions.ts";
import { installationAt } from "../access/tokens.ts";
import type { Pull, Repository, Review, User } from "../store/entities.ts";
import type { Store, StoreScope } from "../store/store.ts";

export interface StandingReviews {
  /** The latest reviews of people and Apps with write access. */
  approvals: Review[];
  objections: Review[];
}

export type ReviewDecision = "APPROVED" | "CHANGES_REQUESTED" | "REVIEW_REQUIRED";

/**
 * Returns each reviewer's latest verdict. A comment does not replace it. A dismissed verdict counts as none and does
 * not bring back an older one.
 */
export function latestVerdicts(store: Store, pull: Pull): Review[] {
  const last = new Map<number, Review>();
  for (const review of store.table("reviews").filter((each) => each.pullId === pull.id)) {
    if (review.state === "PENDING" || review.state === "COMMENTED") continue;
    const known = last.get(review.userId);
    if (known === undefined || isLater(review, known)) last.set(review.userId, review);
  }
  return [...last.values()];
}

function isLater(one: Review, other: Review): boolean {
  const order = (one.submittedAt ?? "").localeCompare(other.submittedAt ?? "");
  return order > 0 || (order === 0 && one.id > other.id);
}

/** Returns the verdicts that count. */
export function standingReviews(scope: StoreScope, pull: Pull): StandingReviews {
  const counting = latestVerdicts(scope.store, pull).filter(({ userId }) => mayApprove(scope, userId));
  return {
    approvals: counting.filter(({ state }) => state === "APPROVED"),
    objections: counting.filter(({ state }) => state === "CHANGES_REQUESTED"),
  };
}

/** Returns true for people with write access and Apps that may write contents. */
export function mayApprove(scope: StoreScope, userId: number): boolean {
  const user = scope.store.table("users").get(userId);
  if (user === undefined) return false;
  return user.type === "Bot" ? appMayWrite(scope, user) : mayWrite(scope.repository, user);
}

/** Returns true for a person with at least write access. */
export function mayWrite(repository: Repository, user: User): boolean {
  const role = roleOf(repository, user);
  return role === "write" || role === "maintain" || role === "admin";
}

function appMayWrite(scope: StoreScope, bot: User): boolean {
  const { store } = scope;
  const app = store.table("apps").find(({ slug }) => `${slug}[bot]` === bot.login);
  if (app === undefined || installationAt(store, app.id, scope.repository) === undefined) return false;
  return app.permissions.contents === "write";
}

/**
 * Returns GitHub's message for a merge without enough approvals, or null. The first form is that of a merge
 * (https://github.com/Reviewable/Reviewable/issues/561). The second is that of the merge box; the API's own is not
 * published.
 */
export function reviewsRefusal({ approvals, objections }: StandingReviews, required: number): string | null {
  if (approvals.length < required) {
    const count = required === 1 ? "At least 1 approving review is" : `At least ${required} approving reviews are`;
    return `${count} required by reviewers with write access.`;
  }
  if (objections.length === 0) return null;
  const count = objections.length === 1 ? "1 review" : `${objections.length} reviews`;
  return `${count} requesting changes by reviewers with write access.`;
}

/**
 * Returns GraphQL's `reviewDecision`. @param required The approvals that the base requires. With null there is no
 * decision (https://github.com/orgs/community/discussions/24375).
 */
export function reviewDecision(scope: StoreScope, pull: Pull, required: number | null): ReviewDecision | null {
  if (required === null) return null;
  const { approvals, objections } = standingReviews(scope, pull);
  if (objections.length > 0) return "CHANGES_REQUESTED";
  return approvals.length >= required ? "APPROVED" : "REVIEW_REQUIRED";
}
