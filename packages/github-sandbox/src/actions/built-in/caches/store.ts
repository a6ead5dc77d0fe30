/**
 * Keeps the caches of repositories: one tar file each. A cache is visible to the ref that saved it and to the pulls into that
 * ref; a cache of the default branch is visible to all
 * (https://docs.github.com/en/actions/reference/workflows-and-actions/dependency-caching#restrictions-for-accessing-a-cache).
 */
import { mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Cache, Repository } from "../../../store/entities.ts";
import type { Store } from "../../../store/store.ts";

/** Above this total GitHub removes a repository's caches, the longest unused first. */
const maxBytes = 10 * 1024 ** 3;

/** The key of a cache in its repository. `version` is a hash of the cached paths. */
export type CacheName = Pick<Cache, "ref" | "version" | "key">;

export interface WantedCache {
  /** The refs whose caches may be seen, nearest first. */
  refs: readonly string[];
  version: string;
  /** The key itself, then the prefixes to fall back to. */
  keys: readonly string[];
}

export interface Caches {
  /** Returns the first match: the key itself, then the newest cache whose key begins with one of the others. */
  find(repository: Repository, wanted: WantedCache): Cache | undefined;
  /** False when the name is taken. A cache never changes. */
  isFree(repository: Repository, name: CacheName): boolean;
  /** Moves the tar file into the store. */
  save(repository: Repository, name: CacheName, tar: string): Cache;
  path(cache: Pick<Cache, "id">): string;
  remove(cache: Cache): void;
}

export function openCaches(store: Store, dataDir: string): Caches {
  const folder = join(dataDir, "caches");
  mkdirSync(folder, { recursive: true });
  const table = store.table("caches");
  const path = ({ id }: Pick<Cache, "id">) => join(folder, `${id}.tar`);

  function remove(cache: Cache): void {
    table.remove(cache.id);
    rmSync(path(cache), { force: true });
  }

  function dropUnused(repository: Repository): void {
    const all = table.filter((cache) => cache.repositoryId === repository.id);
    all.sort((left, right) => left.lastAccessedAt.localeCompare(right.lastAccessedAt) || left.id - right.id);
    let bytes = all.reduce((sum, cache) => sum + cache.sizeInBytes, 0);
    for (const cache of all) {
      if (bytes <= maxBytes) return;
      bytes -= cache.sizeInBytes;
      remove(cache);
    }
  }

  const isFree: Caches["isFree"] = (repository, { ref, version, key }) =>
    table.find(
      (cache) =>
        cache.repositoryId === repository.id && cache.ref === ref && cache.version === version && cache.key === key,
    ) === undefined;

  return {
    path,
    remove,
    isFree,
    find(repository, { refs, version, keys }) {
      for (const ref of refs) {
        const seen = table.filter(
          (cache) => cache.repositoryId === repository.id && cache.ref === ref && cache.version === version,
        );
        const [exact, ...prefixes] = keys;
        const found =
          seen.find((cache) => cache.key === exact) ??
          prefixes.flatMap((prefix) => seen.findLast((cache) => cache.key.startsWith(prefix)) ?? [])[0];
        if (found !== undefined) return table.put({ ...found, lastAccessedAt: store.now() });
      }
      return undefined;
    },
    save(repository, { ref, version, key }, tar) {
      const id = store.nextId();
      const sizeInBytes = statSync(tar).size;
      renameSync(tar, path({ id }));
      const now = store.now();
      const saved = { id, repositoryId: repository.id, ref, version, key, sizeInBytes };
      const cache = table.put({ ...saved, createdAt: now, lastAccessedAt: now });
      dropUnused(repository);
      return cache;
    },
  };
}
