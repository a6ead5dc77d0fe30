/** Finds repositories and commits by the names that workflow files use. */
import type { Repository } from "../../store/entities.ts";
import type { ActionsHost } from "./port.ts";

/** Resolves a branch, a tag, a full ref or a SHA to its commit. Returns null when nothing has that name. */
export async function commitOf(host: ActionsHost, repository: Repository, ref: string): Promise<string | null> {
  if (/^[0-9a-f]{40}$/.test(ref)) return ref;
  if (ref.startsWith("refs/")) return host.resolve(repository, ref);
  return (await host.resolve(repository, `refs/heads/${ref}`)) ?? (await host.resolve(repository, `refs/tags/${ref}`));
}

/** Finds a repository whose actions and workflows `user` may use: one of the same owner, or a public one. */
export function usableRepository(host: ActionsHost, user: Repository, fullName: string): Repository | null {
  const wanted = fullName.toLowerCase();
  const found = host.store.table("repositories").find(({ owner, name }) => `${owner}/${name}`.toLowerCase() === wanted);
  return found !== undefined && (!found.private || found.ownerId === user.ownerId) ? found : null;
}
