/** Issues and pulls of a repository share one sequence of numbers. */
import type { World } from "./world.ts";

/** Takes the next number. Call it inside the transaction that stores what bears it. */
export function takeNumber(world: World, repositoryId: number): number {
  const repository = world.table("repositories").get(repositoryId);
  if (repository === undefined) throw new Error(`no repository ${repositoryId}`);
  const lastNumber = repository.lastNumber + 1;
  world.table("repositories").put({ ...repository, lastNumber });
  return lastNumber;
}
