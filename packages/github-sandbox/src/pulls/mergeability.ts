/**
 * Finds out whether a pull can be merged, by a test merge some time after a client asked, as GitHub does
 * (https://docs.github.com/en/rest/pulls/pulls#get-a-pull-request).
 *
 * Properties
 * - `pull.mergeability` is null or the result for the heads of both branches: `headSha` and `baseSha` name the pair.
 * - After a test merge, `refs/pull/N/merge` is its commit, or absent if the branches conflict. Workflows of `pull_request`
 *   check it out, and a merge takes its tree.
 * - At most one test merge runs per pull. Concurrent callers share its promise.
 * - A read never waits: it shows `mergeable: null` and starts the test merge in the background, as on GitHub.
 *
 * What makes it null: the head moved, the base moved (`follow.ts`), another base or a reopening (`edit.ts`), a merge.
 * What starts a test merge: reading the pull (REST, GraphQL), merging it, enabling auto-merge, a `pull_request` workflow.
 *
 * Races
 * A. A branch moves during the test merge. `keep` compares both heads within the queue, where branches move, and drops a
 *    result for others. The loop in `findOut` tests again.
 * B. A client asks right after a move, while the test merge of the old head still runs. It gets the same promise, which
 *    resolves with the new head's result because of A.
 * C. The pull is closed, or a branch deleted, meanwhile: the row stays null, and no test merge follows.
 *
 * Accepted
 * - The ref is set before the row is stored. After a crash in between, `refs/pull/N/merge` is right and the row still null.
 * - A base that moves faster than git merges keeps the loop going.
 * - A closed pull keeps its last `refs/pull/N/merge`: workflows of `closed` run on it.
 *
 * Not done
 * - Testing within the queue would need no loop, but every push would wait for test merges.
 */

import type { RepositoryScope } from "../context.ts";
import { githubSignature, signatureOf } from "../git/identity.ts";
import { mergeTrees } from "../git/plumbing/merging.ts";
import { writeCommit } from "../git/plumbing/objects.ts";
import { readRef, setOwnRef } from "../git/plumbing/stored-refs.ts";
import type { Pull } from "../store/entities.ts";
import type { Store } from "../store/store.ts";
import { userById } from "../store/users.ts";
import { inBackground } from "./background.ts";
import { isOpen, pullNumbered } from "./facts.ts";

/** Test merges under way, by pull id. */
const underWay = new WeakMap<Store, Map<number, Promise<Pull | null>>>();

/** Starts the test merge if the pull needs one. Returns at once. */
export function askMergeability(scope: RepositoryScope, pull: Pull): void {
  if (pull.mergeability !== null || !isOpen(scope, pull)) return;
  const begins = scope.beforeTestMerge(pull.id);
  inBackground(
    scope,
    begins.then(() => testMerge(scope, pull)),
  );
}

/** Resolves with the pull and its mergeability; null if the pull is closed or one of its branches is gone. */
export async function testMerge(scope: RepositoryScope, { id }: Pull): Promise<Pull | null> {
  let all = underWay.get(scope.store);
  if (all === undefined) {
    all = new Map();
    underWay.set(scope.store, all);
  }
  const known = all.get(id);
  if (known !== undefined) return known;
  const work = findOut(scope, id).finally(() => all.delete(id));
  all.set(id, work);
  return work;
}

async function findOut(scope: RepositoryScope, id: number): Promise<Pull | null> {
  const { repository } = scope;
  for (;;) {
    const pull = scope.store.table("pulls").get(id);
    if (pull === undefined || !isOpen(scope, pull)) return null;
    if (pull.mergeability !== null) return pull;
    const base = await readRef(scope.git.at(repository), `refs/heads/${pull.baseRef}`);
    if (base === null) return null;
    const testMergeSha = await mergeForTest(scope, pull, base);
    const stored = await scope.git.exclusive(repository, () => keep(scope, pull, base, testMergeSha));
    if (stored !== null) return stored;
  }
}

async function mergeForTest(scope: RepositoryScope, pull: Pull, base: string): Promise<string | null> {
  const git = scope.git.at(scope.repository);
  const merged = await mergeTrees(git, base, pull.headSha);
  if (!("tree" in merged)) return null;
  const now = scope.store.now();
  const author = userById(scope, scope.store.table("issues").get(pull.id)?.userId ?? 0);
  return writeCommit(git, {
    tree: merged.tree,
    parents: [base, pull.headSha],
    message: `Merge ${pull.headSha} into ${base}`,
    author: signatureOf(author, now),
    committer: githubSignature(now),
  });
}

/** Stores the result if neither branch moved meanwhile; null if one did. */
async function keep(
  scope: RepositoryScope,
  tested: Pull,
  baseSha: string,
  testMergeSha: string | null,
): Promise<Pull | null> {
  const git = scope.git.at(scope.repository);
  if ((await readRef(git, `refs/heads/${tested.baseRef}`)) !== baseSha) return null;
  // GitHub leaves the last good test merge behind. Here it goes, so that no workflow runs on a stale one.
  await setOwnRef(git, `refs/pull/${tested.number}/merge`, testMergeSha);
  const pull = scope.store.table("pulls").get(tested.id);
  if (pull === undefined || pull.headSha !== tested.headSha || pull.baseRef !== tested.baseRef) return null;
  if (!isOpen(scope, pull)) return null;
  const mergeability = { headSha: pull.headSha, baseSha, mergeable: testMergeSha !== null, testMergeSha };
  return scope.store.table("pulls").put({ ...pull, mergeability, mergeSha: testMergeSha });
}

/**
 * Returns the pull's test merge of its present branches, for workflows of pull requests. "conflict" if head and base do not
 * merge; null if the pull is closed or gone.
 */
export async function testMergeOf(
  scope: RepositoryScope,
  number: number,
): Promise<{ sha: string } | "conflict" | null> {
  const pull = pullNumbered(scope, number);
  const tested = pull === null ? null : await testMerge(scope, pull);
  if (!tested?.mergeability) return null;
  const { testMergeSha } = tested.mergeability;
  return testMergeSha === null ? "conflict" : { sha: testMergeSha };
}
