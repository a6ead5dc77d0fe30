/**
 * Judges a move of a ref and a merge into a branch by everything that guards it. The same judgement serves REST and
 * `git push`. https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-protected-branches/about-protected-branches
 * and https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/available-rules-for-rulesets
 */

import type { MergeMethod, Pull, User } from "../store/entities.ts";
import type { StoreScope } from "../store/store.ts";
import { unresolvedThreads } from "../store/threads.ts";
import { checksRefusal, requirements } from "./checks.ts";
import { type Demand, type Guard, guardsOf } from "./guards.ts";
import type { Owners } from "./owners.ts";
import { reviewObjections } from "./reviews.ts";
import { standingReviews } from "./standing.ts";

export interface RefMove {
  ref: string;
  before: string | null;
  after: string | null;
  /** Nothing that the ref had is lost. */
  forward: boolean;
  /** No merge commit comes with it. */
  linear: boolean;
}

export interface Objection {
  from: Guard["from"];
  /** GitHub's words. */
  sentence: string;
}

export interface Judgement {
  /** What is in the way; none: it may be done. */
  against: Objection[];
  /** What would be, were it somebody else; told to whoever pushes. */
  bypassed: Objection[];
}

type Found = Objection & { demand: Demand };

const notAdmitted =
  "You're not authorized to push to this branch. Visit https://docs.github.com/articles/about-protected-branches/ for more information.";
const notThroughPull = "Changes must be made through a pull request.";
const mergeCommits = "This branch must not contain merge commits.";
/** Nothing is signed in the sandbox, so nothing satisfies this. */
const unsigned = "Commits must have verified signatures.";
/** As an answer to a merge in djinnos/djinn had it. */
const unsettled = "A conversation must be resolved before this pull request can be merged.";

export function judgeMove(scope: StoreScope, move: RefMove, user: User): Judgement {
  const judged = guardsOf(scope, move.ref).map((guard) => {
    const found = objectionsToMove(scope, guard, move, user);
    const isExcused = ({ demand }: Found) => guard.excuses(user, demand, "push");
    return {
      against: found.filter((each) => !isExcused(each)),
      bypassed: guard.tellsExcuses(user) ? found.filter(isExcused) : [],
    };
  });
  return {
    against: judged.flatMap(({ against }) => against),
    bypassed: judged.flatMap(({ bypassed }) => bypassed),
  };
}

function objectionsToMove(
  scope: StoreScope,
  guard: Guard,
  { ref, before, after, forward, linear }: RefMove,
  user: User,
): Found[] {
  const { from, forbids } = guard;
  const found: Found[] = [];
  const object = (demand: Demand, sentence: string) => found.push({ from, demand, sentence });
  const kind = ref.startsWith("refs/tags/") ? "tag" : "branch";
  if (after === null) {
    if (forbids.has("deletion")) object("deletion", `Cannot delete this ${kind}`);
    return found;
  }
  const isNew = before === null;
  if (isNew && forbids.has("creation")) object("creation", "Cannot create ref due to creations being restricted.");
  if (isNew && from === "protection") {
    // Else it is of a branch that is there already.
    if (guard.admitsCreators && !guard.admits(user)) object("pushers", notAdmitted);
    return found;
  }
  if (!isNew && !forward && forbids.has("force")) object("force", `Cannot force-push to this ${kind}`);
  if (!isNew && forbids.has("update")) {
    object("update", from === "rules" ? "Cannot update this protected ref." : "Cannot change this locked branch");
  }
  if (!guard.admits(user)) object("pushers", notAdmitted);
  if (!isNew && guard.pull !== null) object("pull", notThroughPull);
  const checks = isNew && !guard.checksOnCreation ? null : checksRefusal(requirements(scope, guard.checks, after));
  if (checks !== null) object("checks", checks);
  if (guard.linear && !linear) object("linear", mergeCommits);
  if (guard.signed) object("signatures", unsigned);
  return found;
}

export interface WantedMerge {
  pull: Pull;
  headSha: string;
  /** Commits of the base that the head has not. */
  behind: number;
  /** Who owns what it changes; see `ownersOf`. */
  owners: readonly Owners[];
  method: MergeMethod;
}

export type MergeVerdict = { allowed: true } | { allowed: false; state: "blocked" | "behind"; reason: string };

/** @param user Who merges; null: nobody who is excused from anything. */
export function judgeMerge(scope: StoreScope, wanted: WantedMerge, user: User | null): MergeVerdict {
  const found = guardsOf(scope, `refs/heads/${wanted.pull.baseRef}`).flatMap((guard) =>
    objectionsToMerge(scope, guard, wanted, user).filter(
      ({ demand }) => user === null || !guard.excuses(user, demand, "merge"),
    ),
  );
  if (found.length === 0) return { allowed: true };
  const state = found.every(({ demand }) => demand === "up-to-date") ? "behind" : "blocked";
  return { allowed: false, state, reason: mergeReason(found) };
}

/** Classic protection tells the first thing in the way, rules tell all. */
function mergeReason(found: readonly Objection[]): string {
  const classic = found.find(({ from }) => from === "protection");
  return classic?.sentence ?? violations(found);
}

/** How REST tells what rules object to: https://github.com/satisfactory-factories/application/issues/67 */
export function violations(objections: readonly Objection[]): string {
  return `Repository rule violations found\n\n${objections.map(({ sentence }) => `${sentence}\n\n`).join("")}`;
}

function objectionsToMerge(
  scope: StoreScope,
  guard: Guard,
  { pull, headSha, behind, owners, method }: WantedMerge,
  user: User | null,
): Found[] {
  const { store } = scope;
  const { from } = guard;
  const found: Found[] = [];
  const object = (demand: Demand, sentence: string) => found.push({ from, demand, sentence });
  if (guard.forbids.has("update")) {
    object("update", from === "rules" ? "Cannot update this protected ref." : "Cannot change this locked branch");
  }
  if (user !== null && !guard.admits(user)) object("pushers", notAdmitted);
  if (guard.pull !== null) {
    const standing = standingReviews(scope, pull);
    for (const sentence of reviewObjections(store, guard.pull, pull, standing, owners)) object("pull", sentence);
  }
  if (guard.threads && unresolvedThreads(store, pull) > 0) object("threads", unsettled);
  const required = requirements(scope, guard.checks, headSha);
  const checks = checksRefusal(required);
  if (checks !== null) object("checks", checks);
  if (guard.signed) object("signatures", unsigned);
  if (guard.linear && method === "merge") {
    object("linear", from === "rules" ? mergeCommits : "Merge commits are not allowed on this repository.");
  }
  if (guard.pull?.methods?.includes(method) === false) {
    const names = { merge: "Merge commits", squash: "Squash merges", rebase: "Rebase merges" };
    object("method", `${names[method]} are not allowed on this repository.`);
  }
  // Strict without a required check does nothing: https://github.com/home-operations/tuppr/pull/426
  if (checks === null && guard.upToDate && required.length > 0 && behind > 0) {
    // The checks of the head count for nothing then: https://github.com/RakuenSoftware/aimee/pull/2460
    const expected = required.map(({ context }) => ({ context, state: "expected" as const }));
    object("up-to-date", checksRefusal(expected) ?? "");
  }
  return found;
}
