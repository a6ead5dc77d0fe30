/** Renames, archives and deletes repositories, and reports it to Apps. */
import type { ActingScope } from "../context.ts";
import type { Repository } from "../store/entities.ts";
import type { Store } from "../store/store.ts";

/** Stores the repository as changed and announces what webhooks report of it. */
export function changeRepository(scope: ActingScope, changed: Repository): Repository {
  const { store, announce, initiator } = scope;
  const before = store.table("repositories").get(changed.id) ?? scope.repository;
  const isRenamed = changed.name !== before.name;
  const formerNames = isRenamed
    ? [...(before.formerNames ?? []), `${before.owner}/${before.name}`]
    : before.formerNames;
  const repository = store.table("repositories").put({ ...changed, ...(formerNames && { formerNames }) });
  const common = { repository, initiator, event: "repository" as const };
  if (isRenamed) announce({ ...common, action: "renamed", from: before.name });
  if (changed.defaultBranch !== before.defaultBranch) {
    announce({ ...common, action: "edited", from: before.defaultBranch });
  }
  if (isArchived(changed) !== isArchived(before)) {
    announce({ ...common, action: isArchived(changed) ? "archived" : "unarchived" });
  }
  return repository;
}

/** Takes the repository away. What belongs to it can be reached no more. */
export function deleteRepository({ store, announce, initiator, repository }: ActingScope): void {
  announce({ repository, initiator, event: "repository", action: "deleted" });
  store.table("repositories").remove(repository.id);
}

export function isArchived(repository: Repository): boolean {
  return repository.archived === true;
}

/** Finds the repository that had this name last and that no other repository has taken it from. */
export function movedRepository(store: Store, owner: string, name: string): Repository | undefined {
  const wanted = `${owner}/${name}`.toLowerCase();
  const had = ({ formerNames }: Repository) => formerNames?.some((former) => former.toLowerCase() === wanted) === true;
  return store.table("repositories").filter(had).at(-1);
}
