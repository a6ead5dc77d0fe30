import type { Store } from "./store.ts";

/**
 * Takes the next number of the sequence that a repository's issues and pulls share. Call it in the transaction that
 * stores the issue, or a crash loses the number.
 */
export function takeNumber(store: Store, repositoryId: number): number {
  const repository = store.table("repositories").get(repositoryId);
  if (repository === undefined) throw new Error(`no repository ${repositoryId}`);
  const lastNumber = repository.lastNumber + 1;
  store.table("repositories").put({ ...repository, lastNumber });
  return lastNumber;
}
