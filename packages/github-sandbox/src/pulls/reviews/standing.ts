/**
 * What a pull's reviews amount to: the one place that rules, merges and GraphQL ask.
 * https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/reviewing-changes-in-pull-requests/about-pull-request-reviews
 */
import { installationAt } from "../../rest/auth/tokens.ts";
import { roleOf } from "../../rest/kit.ts";
import type { Pull, Repository, Review, User } from "../../world/entities.ts";
import type { World } from "../../world/world.ts";

export interface StandingReviews {
  /** By people and Apps that may write, each reviewer's last word. */
  approvals: Review[];
  objections: Review[];
}

export type ReviewDecision = "APPROVED" | "CHANGES_REQUESTED" | "REVIEW_REQUIRED";

/** Every reviewer's last verdict. A comment leaves it as it was; a dismissed one is none, and does not bring back an older one. */
export function latestVerdicts(world: World, pull: Pull): Review[] {
  const last = new Map<number, Review>();
  for (const review of world.table("reviews").filter((each) => each.pullId === pull.id)) {
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

/** The verdicts that count. */
export function standingReviews(world: World, repository: Repository, pull: Pull): StandingReviews {
  const counting = latestVerdicts(world, pull).filter(({ userId }) => mayApprove(world, repository, userId));
  return {
    approvals: counting.filter(({ state }) => state === "APPROVED"),
    objections: counting.filter(({ state }) => state === "CHANGES_REQUESTED"),
  };
}

/** Whether the user's review counts: people with write access, and Apps that may write contents. */
function mayApprove(world: World, repository: Repository, userId: number): boolean {
  const user = world.table("users").get(userId);
  if (user === undefined) return false;
  return user.type === "Bot" ? appMayWrite(world, repository, user) : mayWrite(repository, user);
}

/** A person with at least write access. */
export function mayWrite(repository: Repository, user: User): boolean {
  const role = roleOf(repository, user);
  return role === "write" || role === "maintain" || role === "admin";
}

function appMayWrite(world: World, repository: Repository, bot: User): boolean {
  const app = world.table("apps").find(({ slug }) => `${slug}[bot]` === bot.login);
  if (app === undefined || installationAt(world, app.id, repository) === undefined) return false;
  return app.permissions.contents === "write";
}

/**
 * GitHub's sentence against a merge that needs this many approvals, or null. The first is what merging answers
 * (https://github.com/Reviewable/Reviewable/issues/561); the second is the merge box's, since the API's own is nowhere
 * written down.
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
 * GraphQL's `reviewDecision`. @param required How many approvals the base branch requires; null when it requires no
 * reviews, and then there is no decision (https://github.com/orgs/community/discussions/24375).
 */
export function reviewDecision(
  world: World,
  repository: Repository,
  pull: Pull,
  required: number | null,
): ReviewDecision | null {
  if (required === null) return null;
  const { approvals, objections } = standingReviews(world, repository, pull);
  if (objections.length > 0) return "CHANGES_REQUESTED";
  return approvals.length >= required ? "APPROVED" : "REVIEW_REQUIRED";
}
