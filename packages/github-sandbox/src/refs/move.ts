/**
 * Every move of a branch or tag of the sandbox ends in `refMoved`, whoever made it: REST (`moveRef`), a merge, or a
 * `git push`. Call both inside `context.git.exclusive`, so that what follows from moves happens in their order.
 */

import type { ActingScope, RepositoryScope } from "../context.ts";
import type { MovedRef } from "../events/event.ts";
import { bringsMerges, isAncestor } from "../git/plumbing/history.ts";
import { branchOf, tagOf } from "../git/plumbing/names.ts";
import { readRef, swapRef } from "../git/plumbing/stored-refs.ts";
import { guardsOf } from "../protection/guards.ts";
import { judgeMove, type Objection } from "../protection/judge.ts";
import { pushOf } from "./push.ts";

export interface WantedMove {
  ref: string;
  /** Where the ref must be now; null: it must not be there; left out: wherever it is. */
  from?: string | null;
  /** null deletes it. */
  to: string | null;
  force: boolean;
}

export type Moved =
  | { moved: true; before: string | null }
  | { moved: false; why: "stale" | "blocked" | "not-fast-forward" }
  | { moved: false; why: "protected"; objections: Objection[] };

/** Moves a ref for somebody: judged by what guards it, then swapped, then told. */
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

/** What guards the ref objects to in such a move by somebody. */
export async function objectionsTo(
  scope: ActingScope,
  move: { ref: string; before: string | null; after: string | null; forward: boolean },
): Promise<Objection[]> {
  if (guardsOf(scope, move.ref).length === 0) return [];
  const { before, after } = move;
  const linear = after === null || !(await bringsMerges(scope.git.at(scope.repository), before, after));
  return judgeMove(scope, { ...move, linear }, scope.initiator.user).against;
}

/** What follows from a move that git has made: the pulls follow it, and it is told. */
export async function refMoved(scope: ActingScope, moved: MovedRef): Promise<void> {
  const { repository, initiator } = scope;
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
  scope.announce({ repository, initiator, ...push });
  const named = {
    repository,
    initiator,
    name: branch ?? tag ?? "",
    kind: branch === null ? ("tag" as const) : ("branch" as const),
  };
  if (moved.before === null) scope.announce({ ...named, event: "create" });
  if (moved.after === null) scope.announce({ ...named, event: "delete" });
  for (const then of afterwards) await then();
}

function touch({ store, repository }: RepositoryScope): void {
  const stored = store.table("repositories").get(repository.id);
  if (stored !== undefined) store.table("repositories").put({ ...stored, pushedAt: store.now() });
}
