/** Issues and pulls of a repository share one sequence of numbers. */
import type { Store } from "./store.ts";

/** Takes the next number. Call it inside the transaction that stores what bears it. */
export function takeNumber(store: Store, repositoryId: number): number {
  const repository = store.table("repositories").get(repositoryId);
  if (repository === undefined) throw new Error(`no repository ${repositoryId}`);
  const lastNumber = repository.lastNumber + 1;
  store.table("repositories").put({ ...repository, lastNumber });
  return lastNumber;
}
