/**
 * Moves branches and tags. Every move ends in `refMoved`, whatever made it: REST (`moveRef`), a merge
 * (`pulls/merge/merge.ts`) or a `git push` (`git-http/receive.ts`).
 *
 * What follows a move, in this order
 * 1. git finds out what the move brought (`push.ts`), and `pushedAt` of the repository is set.
 * 2. The subscribers of the context do their part (`subscribers.ts`): references are recorded, pulls follow.
 * 3. `push` is announced, then `create` or `delete`.
 * 4. The subscribers announce: pulls their `synchronize` and `closed`, issues that they are closed.
 *
 * Properties
 * - A client that gets the `push` webhook finds pulls up to date: subscribers work in step 2 and announce in step 4.
 * - Moves of one repository follow each other: callers run in `context.git.exclusive`, until the last announcement.
 * - This room knows neither pulls nor issues. They import it to move refs, and subscribe to learn of moves.
 *
 * Races
 * A. Two moves of one ref: the second waits in the queue, and fails as "stale" if it named another old value.
 * B. Something moves the ref beside the queue: git's own compare-and-swap (`swapRef`) fails, and nothing is announced.
 * C. Rules change between the judgement and the swap. Accepted: the move came a moment earlier.
 * D. The process ends after the swap. The `push` webhook is lost; pulls catch up at the next start (`pulls/recover.ts`),
 *    merges are finished there.
 *
 * Accepted
 * - A subscriber that throws fails the request after the ref has moved, and the `push` is not announced. Such an error is a
 *   defect of the sandbox, so it must be seen.
 */

import { type ActingScope, announce, type RepositoryScope } from "../context.ts";
import type { MovedRef } from "../events/event.ts";
import { bringsMerges, isAncestor } from "../git/plumbing/history.ts";
import { branchOf, tagOf } from "../git/plumbing/names.ts";
import { readRef, swapRef } from "../git/plumbing/stored-refs.ts";
import { guardsOf } from "../protection/guards.ts";
import { judgeMove, type Objection } from "../protection/judge.ts";
import { pushOf } from "./push.ts";

export interface WantedMove {
  ref: string;
  /** The commit that the ref must be at now. null: it must not exist. Left out: any. */
  from?: string | null;
  /** Null deletes the ref. */
  to: string | null;
  force: boolean;
}

export type Moved =
  | { moved: true; before: string | null }
  | { moved: false; why: "stale" | "blocked" | "not-fast-forward" }
  | { moved: false; why: "protected"; objections: Objection[] };

/** Moves a ref: the rules judge the move, git swaps the ref, and `refMoved` does the rest. */
export async function moveRef(scope: ActingScope, wanted: WantedMove): Promise<Moved> {
  const { ref, to, force } = wanted;
  const git = scope.git.at(scope.repository);
  const before = await readRef(git, ref);
  if (wanted.from !== undefined && wanted.from !== before) return { moved: false, why: "stale" };
  if (before === to) return { moved: true, before };
  const forward = before === null || to === null || (await isAncestor(git, before, to));
  const objections = await objectionsTo(scope, { ref, before, after: to, forward });
  if (objections.length > 0) return { moved: false, why: "protected", objections };
  if (!forward && !force) return { moved: false, why: "not-fast-forward" };
  const swapped = await swapRef(git, ref, before, to);
  if (swapped !== "moved") return { moved: false, why: swapped };
  await refMoved(scope, { ref, before, after: to, forced: !forward });
  return { moved: true, before };
}

/** Lists the objections of the ref's rules to a move by this user. */
export async function objectionsTo(
  scope: ActingScope,
  move: { ref: string; before: string | null; after: string | null; forward: boolean },
): Promise<Objection[]> {
  if (guardsOf(scope, move.ref).length === 0) return [];
  const { before, after } = move;
  const linear = after === null || !(await bringsMerges(scope.git.at(scope.repository), before, after));
  return judgeMove(scope, { ...move, linear }, scope.initiator.user).against;
}

/** Does what follows a move that git has made. */
export async function refMoved(scope: ActingScope, moved: MovedRef): Promise<void> {
  const { repository } = scope;
  const branch = branchOf(moved.ref);
  const tag = tagOf(moved.ref);
  if (branch === null && tag === null) return;
  const push = await pushOf(scope.git.at(repository), repository, moved);
  touch(scope);
  const afterwards: (() => Promise<void>)[] = [];
  for (const follow of scope.refSubscribers) {
    const then = await follow(scope, push);
    if (then !== null) afterwards.push(then);
  }
  announce(scope, push);
  const named = {
    name: branch ?? tag ?? "",
    kind: branch === null ? ("tag" as const) : ("branch" as const),
  };
  if (moved.before === null) announce(scope, { ...named, event: "create" });
  if (moved.after === null) announce(scope, { ...named, event: "delete" });
  for (const then of afterwards) await then();
}

function touch({ store, repository }: RepositoryScope): void {
  const stored = store.table("repositories").get(repository.id);
  if (stored !== undefined) store.table("repositories").put({ ...stored, pushedAt: store.now() });
}
