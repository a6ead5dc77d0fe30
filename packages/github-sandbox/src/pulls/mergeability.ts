/**
 * Whether a pull can be merged: found by a test merge, some time after somebody asked, as GitHub does
 * (https://docs.github.com/en/rest/pulls/pulls#get-a-pull-request). The test merge is kept at `refs/pull/N/merge`.
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

/** Test merges under way, by pull id: whoever asks meanwhile gets the same one. */
const underWay = new WeakMap<Store, Map<number, Promise<Pull | null>>>();

/** Starts the test merge if the pull needs one; answers nothing, like GitHub's first `mergeable: null`. */
export function askMergeability(scope: RepositoryScope, pull: Pull): void {
  if (pull.mergeability !== null || !isOpen(scope, pull)) return;
  const begins = scope.beforeTestMerge(pull.id);
  inBackground(
    scope,
    begins.then(() => testMerge(scope, pull)),
  );
}

/** The pull with its mergeability known; null when it is closed or one of its branches is gone. */
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

/** Keeps what was found if neither branch moved meanwhile; null if one did. */
async function keep(
  scope: RepositoryScope,
  tested: Pull,
  baseSha: string,
  testMergeSha: string | null,
): Promise<Pull | null> {
  const git = scope.git.at(scope.repository);
  if ((await readRef(git, `refs/heads/${tested.baseRef}`)) !== baseSha) return null;
  // GitHub leaves the last good test merge behind; a stale one is of no use to anyone, so it goes.
  await setOwnRef(git, `refs/pull/${tested.number}/merge`, testMergeSha);
  const pull = scope.store.table("pulls").get(tested.id);
  if (pull === undefined || pull.headSha !== tested.headSha || pull.baseRef !== tested.baseRef) return null;
  if (!isOpen(scope, pull)) return null;
  const mergeability = { headSha: pull.headSha, baseSha, mergeable: testMergeSha !== null, testMergeSha };
  return scope.store.table("pulls").put({ ...pull, mergeability, mergeSha: testMergeSha });
}

/**
 * The numbered pull's test merge of its branches as they are now, made if need be: workflow runs for pull requests start
 * from it. "conflict" when head and base do not merge; null when the pull is closed or gone.
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
