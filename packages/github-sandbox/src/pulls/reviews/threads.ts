/** Resolves threads of review comments, which GitHub offers in GraphQL only (`resolveReviewThread`). */
import type { ActingScope } from "../../context.ts";
import type { Pull } from "../../store/entities.ts";
import { isResolved, type Thread } from "../../store/threads.ts";
import { announceThread } from "./announce.ts";

export async function resolveThread(scope: ActingScope, pull: Pull, thread: Thread) {
  if (isResolved(scope.store, thread)) return;
  scope.store.table("resolvedThreads").put({ id: thread[0].id, resolvedById: scope.initiator.user.id });
  await announceThread(scope, pull, thread, "resolved");
}

export async function unresolveThread(scope: ActingScope, pull: Pull, thread: Thread) {
  if (!isResolved(scope.store, thread)) return;
  scope.store.table("resolvedThreads").remove(thread[0].id);
  await announceThread(scope, pull, thread, "unresolved");
}
