/**
 * Whether a pull can be merged: found by a test merge, some time after somebody asked, as GitHub does
 * (https://docs.github.com/en/rest/pulls/pulls#get-a-pull-request). The test merge is kept at `refs/pull/N/merge`.
 */

import type { SandboxContext } from "../context.ts";
import { faultsOf } from "../faults/faults.ts";
import { githubSignature, signatureOf } from "../git/identity.ts";
import { mergeTrees } from "../git/plumbing/merging.ts";
import { writeCommit } from "../git/plumbing/objects.ts";
import { readRef, setOwnRef } from "../git/plumbing/stored-refs.ts";
import type { Pull, Repository } from "../store/entities.ts";
import type { Store } from "../store/store.ts";
import { userById } from "../store/users.ts";
import { inBackground } from "./background.ts";
import { isOpen, pullNumbered } from "./facts.ts";

/** Test merges under way, by pull id: whoever asks meanwhile gets the same one. */
const underWay = new WeakMap<Store, Map<number, Promise<Pull | null>>>();

/** Starts the test merge if the pull needs one; answers nothing, like GitHub's first `mergeable: null`. */
export function askMergeability(context: SandboxContext, repository: Repository, pull: Pull): void {
  if (pull.mergeability !== null || !isOpen(context, pull)) return;
  const begins = faultsOf(context.store).beforeTestMerge(pull.id);
  inBackground(
    context,
    begins.then(() => testMerge(context, repository, pull)),
  );
}

/** The pull with its mergeability known; null when it is closed or one of its branches is gone. */
export async function testMerge(context: SandboxContext, repository: Repository, { id }: Pull): Promise<Pull | null> {
  let all = underWay.get(context.store);
  if (all === undefined) {
    all = new Map();
    underWay.set(context.store, all);
  }
  const known = all.get(id);
  if (known !== undefined) return known;
  const work = findOut(context, repository, id).finally(() => all.delete(id));
  all.set(id, work);
  return work;
}

async function findOut(context: SandboxContext, repository: Repository, id: number): Promise<Pull | null> {
  for (;;) {
    const pull = context.store.table("pulls").get(id);
    if (pull === undefined || !isOpen(context, pull)) return null;
    if (pull.mergeability !== null) return pull;
    const base = await readRef(context.git.at(repository), `refs/heads/${pull.baseRef}`);
    if (base === null) return null;
    const testMergeSha = await mergeForTest(context, repository, pull, base);
    const stored = await context.git.exclusive(repository, () => keep(context, repository, pull, base, testMergeSha));
    if (stored !== null) return stored;
  }
}

async function mergeForTest(
  context: SandboxContext,
  repository: Repository,
  pull: Pull,
  base: string,
): Promise<string | null> {
  const git = context.git.at(repository);
  const merged = await mergeTrees(git, base, pull.headSha);
  if (!("tree" in merged)) return null;
  const now = context.store.now();
  const author = userById(context, context.store.table("issues").get(pull.id)?.userId ?? 0);
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
  context: SandboxContext,
  repository: Repository,
  tested: Pull,
  baseSha: string,
  testMergeSha: string | null,
): Promise<Pull | null> {
  const git = context.git.at(repository);
  if ((await readRef(git, `refs/heads/${tested.baseRef}`)) !== baseSha) return null;
  // GitHub leaves the last good test merge behind; a stale one is of no use to anyone, so it goes.
  await setOwnRef(git, `refs/pull/${tested.number}/merge`, testMergeSha);
  const pull = context.store.table("pulls").get(tested.id);
  if (pull === undefined || pull.headSha !== tested.headSha || pull.baseRef !== tested.baseRef) return null;
  if (!isOpen(context, pull)) return null;
  const mergeability = { headSha: pull.headSha, baseSha, mergeable: testMergeSha !== null, testMergeSha };
  return context.store.table("pulls").put({ ...pull, mergeability, mergeSha: testMergeSha });
}

/**
 * The numbered pull's test merge of its branches as they are now, made if need be: workflow runs for pull requests start
 * from it. "conflict" when head and base do not merge; null when the pull is closed or gone.
 */
export async function testMergeOf(
  context: SandboxContext,
  repository: Repository,
  number: number,
): Promise<{ sha: string } | "conflict" | null> {
  const pull = pullNumbered(context, repository, number);
  const tested = pull === null ? null : await testMerge(context, repository, pull);
  if (!tested?.mergeability) return null;
  const { testMergeSha } = tested.mergeability;
  return testMergeSha === null ? "conflict" : { sha: testMergeSha };
}
