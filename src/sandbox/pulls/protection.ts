/**
 * Classic branch protection: judges a move of a branch and a merge into one. The same judgement serves REST and
 * `git push`. https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-protected-branches/about-protected-branches
 */
import { roleOf } from "../rest/kit.ts";
import type { Protection, Pull, Repository, User } from "../world/entities.ts";
import type { World } from "../world/world.ts";
import { checksRefusal, requirements } from "./checks.ts";
import { type ReviewDecision, reviewDecision, reviewsRefusal, standingReviews } from "./reviews/standing.ts";

export function protectionOf(world: World, repository: Repository, branch: string): Protection | null {
  return world.table("protections").get(`${repository.id}:${branch}`) ?? null;
}

export interface BranchMove {
  branch: string;
  before: string | null;
  after: string | null;
  /** Nothing that the branch had is lost. */
  forward: boolean;
  /** No merge commit comes with it. */
  linear: boolean;
}

function bypasses(protection: Protection, repository: Repository, user: User): boolean {
  return !protection.enforceAdmins && roleOf(repository, user) === "admin";
}

/** GitHub's sentences against the move; none: it may be made. */
export function judgeMove(world: World, repository: Repository, move: BranchMove, user: User): string[] {
  const protection = protectionOf(world, repository, move.branch);
  if (protection === null || move.before === null) return [];
  // These two hold for admins as well, whatever `enforce_admins` says.
  if (move.after === null) return protection.allowDeletions ? [] : ["Cannot delete this branch"];
  if (!move.forward && !protection.allowForcePushes) return ["Cannot force-push to this branch"];
  if (bypasses(protection, repository, user)) return [];
  const checks = checksRefusal(requirements(world, repository, protection, move.after));
  return [
    ...(protection.requiredApprovals === null ? [] : ["Changes must be made through a pull request."]),
    ...(checks === null ? [] : [checks]),
    ...(protection.requiredLinearHistory && !move.linear ? ["This branch must not contain merge commits."] : []),
  ];
}

export interface WantedMerge {
  pull: Pull;
  headSha: string;
  /** Commits of the base that the head has not. */
  behind: number;
  method: "merge" | "squash" | "rebase";
}

export type MergeVerdict = { allowed: true } | { allowed: false; state: "blocked" | "behind"; reason: string };

export function judgeMerge(world: World, repository: Repository, wanted: WantedMerge, user: User | null): MergeVerdict {
  const protection = protectionOf(world, repository, wanted.pull.baseRef);
  if (protection === null || (user !== null && bypasses(protection, repository, user))) return { allowed: true };
  const blocked = (reason: string): MergeVerdict => ({ allowed: false, state: "blocked", reason });
  if (protection.requiredApprovals !== null) {
    const reviews = reviewsRefusal(standingReviews(world, repository, wanted.pull), protection.requiredApprovals);
    if (reviews !== null) return blocked(reviews);
  }
  const required = requirements(world, repository, protection, wanted.headSha);
  const checks = checksRefusal(required);
  if (checks !== null) return blocked(checks);
  if (protection.requiredLinearHistory && wanted.method === "merge") {
    return blocked("Merge commits are not allowed on this repository.");
  }
  // Strict without a required check does nothing: https://github.com/home-operations/tuppr/pull/426
  if (protection.requiredStatusChecks?.strict && required.length > 0 && wanted.behind > 0) {
    // The checks of the head count for nothing then: https://github.com/RakuenSoftware/aimee/pull/2460
    const expected = required.map(({ context }) => ({ context, state: "expected" as const }));
    return { allowed: false, state: "behind", reason: checksRefusal(expected) ?? "" };
  }
  return { allowed: true };
}

/** GraphQL's `reviewDecision`: what the reviews amount to against what the base requires; null when it requires none. */
export function decisionOn(world: World, repository: Repository, pull: Pull): ReviewDecision | null {
  const required = protectionOf(world, repository, pull.baseRef)?.requiredApprovals ?? null;
  return reviewDecision(world, repository, pull, required);
}

/** Whether a push that changes what was approved takes the approval back. */
export function dismissesStale(world: World, repository: Repository, baseRef: string): boolean {
  return protectionOf(world, repository, baseRef)?.dismissStaleReviews ?? false;
}
