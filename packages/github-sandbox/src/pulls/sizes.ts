/** Measures how far two commits have diverged and how much changed. Caches the result, which never changes. */

import type { RepositoryScope } from "../context.ts";
import { changeSize } from "../git/plumbing/diff.ts";
import { distance, mergeBase } from "../git/plumbing/history.ts";
import type { Store } from "../store/store.ts";

export interface Size {
  /** Commits of the head that are not in the base. */
  commits: number;
  /** Commits of the base that are not in the head. */
  behind: number;
  additions: number;
  deletions: number;
  files: number;
}

const remembered = new WeakMap<Store, Map<string, Promise<Size>>>();
const limit = 5000;

/** @param base @param head Commit SHAs. */
export function sizeOf(scope: RepositoryScope, base: string, head: string): Promise<Size> {
  let sizes = remembered.get(scope.store);
  if (sizes === undefined) {
    sizes = new Map();
    remembered.set(scope.store, sizes);
  }
  const key = `${scope.repository.id} ${base} ${head}`;
  const known = sizes.get(key);
  if (known !== undefined) return known;
  const size = measure(scope, base, head);
  if (sizes.size >= limit) sizes.clear();
  sizes.set(key, size);
  size.catch(() => sizes.delete(key));
  return size;
}

async function measure(scope: RepositoryScope, base: string, head: string): Promise<Size> {
  const git = scope.git.at(scope.repository);
  const [{ ahead, behind }, ancestor] = await Promise.all([distance(git, base, head), mergeBase(git, base, head)]);
  return { commits: ahead, behind, ...(await changeSize(git, ancestor ?? base, head)) };
}
