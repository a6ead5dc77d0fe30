/**
 * Whether a pull can be merged: found by a test merge, some time after somebody asked, as GitHub does
 * (https://docs.github.com/en/rest/pulls/pulls#get-a-pull-request). The test merge is kept at `refs/pull/N/merge`.
 */

import { faultsOf } from "../faults/faults.ts";
import { githubSignature, signatureOf } from "../git/identity.ts";
import { mergeTrees } from "../git/plumbing/merging.ts";
import { writeCommit } from "../git/plumbing/objects.ts";
import { readRef, setOwnRef } from "../git/plumbing/stored-refs.ts";
import type { Hub } from "../hub.ts";
import { userById } from "../shapes/user.ts";
import type { Pull, Repository } from "../world/entities.ts";
import type { World } from "../world/world.ts";
import { inBackground } from "./background.ts";
import { isOpen, pullNumbered } from "./facts.ts";

/** Test merges under way, by pull id: whoever asks meanwhile gets the same one. */
const underWay = new WeakMap<World, Map<number, Promise<Pull | null>>>();

/** Starts the test merge if the pull needs one; answers nothing, like GitHub's first `mergeable: null`. */
export function askMergeability(hub: Hub, repository: Repository, pull: Pull): void {
  if (pull.mergeability !== null || !isOpen(hub, pull)) return;
  const begins = faultsOf(hub.world).beforeTestMerge(pull.id);
  inBackground(
    hub,
    begins.then(() => testMerge(hub, repository, pull)),
  );
}

/** The pull with its mergeability known; null when it is closed or one of its branches is gone. */
export async function testMerge(hub: Hub, repository: Repository, { id }: Pull): Promise<Pull | null> {
  let all = underWay.get(hub.world);
  if (all === undefined) {
    all = new Map();
    underWay.set(hub.world, all);
  }
  const known = all.get(id);
  if (known !== undefined) return known;
  const work = findOut(hub, repository, id).finally(() => all.delete(id));
  all.set(id, work);
  return work;
}

async function findOut(hub: Hub, repository: Repository, id: number): Promise<Pull | null> {
  for (;;) {
    const pull = hub.world.table("pulls").get(id);
    if (pull === undefined || !isOpen(hub, pull)) return null;
    if (pull.mergeability !== null) return pull;
    const base = await readRef(hub.git.at(repository), `refs/heads/${pull.baseRef}`);
    if (base === null) return null;
    const testMergeSha = await mergeForTest(hub, repository, pull, base);
    const stored = await hub.git.exclusive(repository, () => keep(hub, repository, pull, base, testMergeSha));
    if (stored !== null) return stored;
  }
}

async function mergeForTest(hub: Hub, repository: Repository, pull: Pull, base: string): Promise<string | null> {
  const git = hub.git.at(repository);
  const merged = await mergeTrees(git, base, pull.headSha);
  if (!("tree" in merged)) return null;
  const now = hub.world.now();
  const author = userById(hub, hub.world.table("issues").get(pull.id)?.userId ?? 0);
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
  hub: Hub,
  repository: Repository,
  tested: Pull,
  baseSha: string,
  testMergeSha: string | null,
): Promise<Pull | null> {
  const git = hub.git.at(repository);
  if ((await readRef(git, `refs/heads/${tested.baseRef}`)) !== baseSha) return null;
  // GitHub leaves the last good test merge behind; a stale one is of no use to anyone, so it goes.
  await setOwnRef(git, `refs/pull/${tested.number}/merge`, testMergeSha);
  const pull = hub.world.table("pulls").get(tested.id);
  if (pull === undefined || pull.headSha !== tested.headSha || pull.baseRef !== tested.baseRef) return null;
  if (!isOpen(hub, pull)) return null;
  const mergeability = { headSha: pull.headSha, baseSha, mergeable: testMergeSha !== null, testMergeSha };
  return hub.world.table("pulls").put({ ...pull, mergeability, mergeSha: testMergeSha });
}

/**
 * The numbered pull's test merge of its branches as they are now, made if need be: workflow runs for pull requests start
 * from it. "conflict" when head and base do not merge; null when the pull is closed or gone.
 */
export async function testMergeOf(
  hub: Hub,
  repository: Repository,
  number: number,
): Promise<{ sha: string } | "conflict" | null> {
  const pull = pullNumbered(hub, repository, number);
  const tested = pull === null ? null : await testMerge(hub, repository, pull);
  if (!tested?.mergeability) return null;
  const { testMergeSha } = tested.mergeability;
  return testMergeSha === null ? "conflict" : { sha: testMergeSha };
}
