/** Sums up what all guards of a pull's base require of its reviews. */

import type { Pull } from "../store/entities.ts";
import type { Store, StoreScope } from "../store/store.ts";
import { type Guard, guardsOf } from "./guards.ts";
import { isOwner, type Owners } from "./owners.ts";
import {
  type ReviewDecision,
  reviewDecision,
  reviewsRefusal,
  type StandingReviews,
  standingReviews,
} from "./standing.ts";

type PullDemand = NonNullable<Guard["pull"]>;

function demandsOn(scope: StoreScope, baseRef: string) {
  return guardsOf(scope, `refs/heads/${baseRef}`).flatMap(({ pull }) => (pull === null ? [] : [pull]));
}

/**
 * Returns GitHub's messages for missing reviews; the message about the last push is that of the merge box. An update of
 * the branch counts as a push. Only an approval of the present head counts as an approval of the last push.
 */
export function reviewObjections(
  store: Store,
  demand: PullDemand,
  pull: Pull,
  standing: StandingReviews,
  owners: readonly Owners[],
): string[] {
  const refusal = reviewsRefusal(standing, demand.approvals);
  const unowned = demand.codeOwners ? owners.filter((each) => !isApprovedBy(store, standing, each)) : [];
  const isLastPushApproved = standing.approvals.some(
    ({ userId, commitId }) => userId !== pull.headPushedById && commitId === pull.headSha,
  );
  return [
    ...(refusal === null ? [] : [refusal]),
    ...unowned.map((each) => `Waiting on code owner review from ${each.join(" and/or ")}.`),
    ...(demand.lastPush && !isLastPushApproved
      ? ["New changes require approval from someone other than the last pusher."]
      : []),
  ];
}

function isApprovedBy(store: Store, { approvals }: StandingReviews, owners: Owners): boolean {
  return approvals.some(({ userId }) => {
    const user = store.table("users").get(userId);
    return user !== undefined && isOwner(user, owners);
  });
}

/**
 * Returns GraphQL's `reviewDecision`; null if the base requires no reviews.
 * @param owners The code owners of the pull's changes (`ownersOf`).
 */
export function decisionOn(scope: StoreScope, pull: Pull, owners: readonly Owners[]): ReviewDecision | null {
  const demands = demandsOn(scope, pull.baseRef);
  const approvals = demands.map((demand) => demand.approvals);
  const decision = reviewDecision(scope, pull, approvals.length === 0 ? null : Math.max(...approvals));
  if (decision !== "APPROVED") return decision;
  const standing = standingReviews(scope, pull);
  const lacking = demands.flatMap((demand) => reviewObjections(scope.store, demand, pull, standing, owners));
  return lacking.length === 0 ? "APPROVED" : "REVIEW_REQUIRED";
}

/** Returns true if a push that changes the diff dismisses approvals. */
export function dismissesStale(scope: StoreScope, baseRef: string): boolean {
  return demandsOn(scope, baseRef).some(({ dismissStale }) => dismissStale);
}
