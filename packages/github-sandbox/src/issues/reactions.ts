/** Stores reactions to issues and comments. */
import type { SandboxContext } from "../context.ts";
import type { Reaction } from "../store/entities.ts";

export function reactionsTo({ store }: Pick<SandboxContext, "store">, subject: Reaction["subject"]): Reaction[] {
  return store
    .table("reactions")
    .filter((each) => each.subject.kind === subject.kind && each.subject.id === subject.id);
}

/** Stores a person's reaction, or returns the same one from before. */
export function react(
  context: SandboxContext,
  given: Pick<Reaction, "repositoryId" | "subject" | "userId" | "content">,
): { reaction: Reaction; isNew: boolean } {
  const { store } = context;
  const same = reactionsTo(context, given.subject).find(
    (each) => each.userId === given.userId && each.content === given.content,
  );
  if (same !== undefined) return { reaction: same, isNew: false };
  const reaction = store.table("reactions").put({ ...given, id: store.nextId(), createdAt: store.now() });
  return { reaction, isNew: true };
}
