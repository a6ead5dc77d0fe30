/** Threads of review comments, and settling them, which GitHub offers in GraphQL only (`resolveReviewThread`). */
import type { SandboxContext } from "../../context.ts";
import type { By } from "../../rest/issues/changes.ts";
import type { Pull, Repository, ReviewComment } from "../../world/entities.ts";
import type { World } from "../../world/world.ts";
import { tellThread } from "./tell.ts";

export type Thread = readonly [ReviewComment, ...ReviewComment[]];

/** The pull's threads of submitted comments, each with its first comment first. */
export function threadsOf(world: World, pull: Pull): Thread[] {
  const comments = world
    .table("reviewComments")
    .filter(
      (each) =>
        each.pullId === pull.id && (world.table("reviews").get(each.reviewId)?.state ?? "PENDING") !== "PENDING",
    );
  const answers = Map.groupBy(comments, (each) => each.inReplyTo);
  return (answers.get(null) ?? []).map((first) => [first, ...(answers.get(first.id) ?? [])] as const);
}

export function isResolved(world: World, [first]: Thread): boolean {
  return world.table("resolvedThreads").get(first.id) !== undefined;
}

/** How many conversations are open, for rules that want them settled. */
export function unresolvedThreads(world: World, pull: Pull): number {
  return threadsOf(world, pull).filter((thread) => !isResolved(world, thread)).length;
}

export async function resolveThread(
  context: SandboxContext,
  repository: Repository,
  pull: Pull,
  thread: Thread,
  by: By,
) {
  if (isResolved(context.world, thread)) return;
  context.world.table("resolvedThreads").put({ id: thread[0].id, resolvedById: by.user.id });
  await tellThread(context, repository, pull, thread, "resolved", by);
}

export async function unresolveThread(
  context: SandboxContext,
  repository: Repository,
  pull: Pull,
  thread: Thread,
  by: By,
) {
  if (!isResolved(context.world, thread)) return;
  context.world.table("resolvedThreads").remove(thread[0].id);
  await tellThread(context, repository, pull, thread, "unresolved", by);
}
