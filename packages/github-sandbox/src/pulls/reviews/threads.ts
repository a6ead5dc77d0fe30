/** Threads of review comments, and settling them, which GitHub offers in GraphQL only (`resolveReviewThread`). */
import type { Initiator } from "../../access/initiator.ts";
import type { SandboxContext } from "../../context.ts";
import type { Pull, Repository, ReviewComment } from "../../store/entities.ts";
import type { Store } from "../../store/store.ts";
import { announceThread } from "./announce.ts";

export type Thread = readonly [ReviewComment, ...ReviewComment[]];

/** The pull's threads of submitted comments, each with its first comment first. */
export function threadsOf(store: Store, pull: Pull): Thread[] {
  const comments = store
    .table("reviewComments")
    .filter(
      (each) =>
        each.pullId === pull.id && (store.table("reviews").get(each.reviewId)?.state ?? "PENDING") !== "PENDING",
    );
  const answers = Map.groupBy(comments, (each) => each.inReplyTo);
  return (answers.get(null) ?? []).map((first) => [first, ...(answers.get(first.id) ?? [])] as const);
}

export function isResolved(store: Store, [first]: Thread): boolean {
  return store.table("resolvedThreads").get(first.id) !== undefined;
}

/** How many conversations are open, for rules that want them settled. */
export function unresolvedThreads(store: Store, pull: Pull): number {
  return threadsOf(store, pull).filter((thread) => !isResolved(store, thread)).length;
}

export async function resolveThread(
  context: SandboxContext,
  repository: Repository,
  pull: Pull,
  thread: Thread,
  initiator: Initiator,
) {
  if (isResolved(context.store, thread)) return;
  context.store.table("resolvedThreads").put({ id: thread[0].id, resolvedById: initiator.user.id });
  await announceThread(context, repository, pull, thread, "resolved", initiator);
}

export async function unresolveThread(
  context: SandboxContext,
  repository: Repository,
  pull: Pull,
  thread: Thread,
  initiator: Initiator,
) {
  if (!isResolved(context.store, thread)) return;
  context.store.table("resolvedThreads").remove(thread[0].id);
  await announceThread(context, repository, pull, thread, "unresolved", initiator);
}
