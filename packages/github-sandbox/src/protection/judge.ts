/**
 * Judges a move of a ref and a merge into a branch by everything that guards it.
 *
 * Guards (`guards.ts`) are the branch's classic protection and every active ruleset that names the ref. Both are brought
 * into one form, so that each rule is written once.
 *
 * Properties
 * - Reads the store, changes nothing and waits for nothing. The caller computes what needs git and passes it: whether the
 *   move is a fast-forward or brings merge commits, how far the head is behind, and who owns the changed files.
 * - One judgement serves REST, `git push`, merges, auto-merge and `mergeable_state`, so that none refuses what another one
 *   reported as allowed.
 * - Guards add up. Each objects by itself. A bypass applies to one guard and one demand, so the other rulesets still
 *   bind a user who may bypass one of them.
 * - Unknown is not allowed: a required check that has not reported, or that another App reported, objects.
 * - The order of the conditions is the order of GitHub's messages. Of classic protection a refused merge names the first
 *   objection, of rulesets all.
 *
 * Callers, and the facts that they pass
 * - `refs/move.ts`: one move, with the present value of the ref, inside the queue.
 * - `git-http/receive.ts`: a push, once for each case, before git has the objects. git's hook picks the case.
 * - `pulls/merge/merge.ts`: one head, base and method, for the person who merges.
 * - `pulls/facts.ts`: `mergeable_state`, for no user, so that no bypass counts, and as a squash, which a linear history
 *   allows.
 *
 * Accepted
 * - Reviews, checks and rules may change between a judgement and its move (`pulls/merge/merge.ts`).
 * - The sandbox signs no commits, so a rule that demands signatures refuses every move.
 *
 * https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-protected-branches/about-protected-branches
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
  /** True when the ref keeps all its commits. */
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
  /** None: the move is allowed. */
  against: Objection[];
  /** Objections that the user may bypass. A push prints them. */
  bypassed: Objection[];
}

type Found = Objection & { demand: Demand };

const notAdmitted =
  "You're not authorized to push to this branch. Visit https://docs.github.com/articles/about-protected-branches/ for more information.";
const notThroughPull = "Changes must be made through a pull request.";
const mergeCommits = "This branch must not contain merge commits.";
/** Objects always, because the sandbox signs no commits. */
const unsigned = "Commits must have verified signatures.";
/** From an answer to a merge in djinnos/djinn. */
const unsettled = "A conversation must be resolved before this pull request can be merged.";

export function judgeMove(scope: StoreScope, move: RefMove, user: User): Judgement {
  const judged = guardsOf(scope, move.ref).map((guard) => {
    const found = objectionsToMove(scope, guard, move, user);
    const isBypassed = ({ demand }: Found) => guard.mayBypass(user, demand, "push");
    return {
      against: found.filter((each) => !isBypassed(each)),
      bypassed: guard.reportsBypass(user) ? found.filter(isBypassed) : [],
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
    // The other rules of classic protection are for branches that exist.
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
  /** The code owners of the changed files; see `ownersOf`. */
  owners: readonly Owners[];
  method: MergeMethod;
}

export type MergeVerdict = { allowed: true } | { allowed: false; state: "blocked" | "behind"; reason: string };

/** @param user The person who merges. Null: nobody, so that no bypass counts. */
export function judgeMerge(scope: StoreScope, wanted: WantedMerge, user: User | null): MergeVerdict {
  const found = guardsOf(scope, `refs/heads/${wanted.pull.baseRef}`).flatMap((guard) =>
    objectionsToMerge(scope, guard, wanted, user).filter(
      ({ demand }) => user === null || !guard.mayBypass(user, demand, "merge"),
    ),
  );
  if (found.length === 0) return { allowed: true };
  const state = found.every(({ demand }) => demand === "up-to-date") ? "behind" : "blocked";
  return { allowed: false, state, reason: mergeReason(found) };
}

/** Names the first objection of classic protection; if there is none, every objection of rules. */
function mergeReason(found: readonly Objection[]): string {
  const classic = found.find(({ from }) => from === "protection");
  return classic?.sentence ?? violations(found);
}

/** Lists objections of rules in the words of REST: https://github.com/satisfactory-factories/application/issues/67 */
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
    // GitHub then shows the checks of the head as expected: https://github.com/RakuenSoftware/aimee/pull/2460
    const expected = required.map(({ context }) => ({ context, state: "expected" as const }));
    object("up-to-date", checksRefusal(expected) ?? "");
  }
  return found;
}
