/** Threads of review comments, and settling them, which GitHub offers in GraphQL only (`resolveReviewThread`). */
import type { Initiator } from "../../access/initiator.ts";
import type { SandboxContext } from "../../context.ts";
import type { Pull, Repository } from "../../store/entities.ts";
import { isResolved, type Thread } from "../../store/threads.ts";
import { announceThread } from "./announce.ts";

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
