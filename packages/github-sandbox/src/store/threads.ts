import type { Pull, ReviewComment } from "./entities.ts";
import type { Store } from "./store.ts";

export type Thread = readonly [ReviewComment, ...ReviewComment[]];

/** Lists the pull's threads of submitted comments, each from its first comment on. */
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

/** Counts the unresolved threads, for rules that require all to be resolved. */
export function unresolvedThreads(store: Store, pull: Pull): number {
  return threadsOf(store, pull).filter((thread) => !isResolved(store, thread)).length;
}
