/** Effects for landing together and for taking back what landed. */
import type { EffectOf } from "../../core/effect.ts";
import type { FeatureEvent } from "../../core/event.ts";
import { revertMessage } from "../../messages/commit.ts";
import { attemptOfMessage } from "../../messages/markers.ts";
import { Refused } from "../github-port.ts";
import type { Outside } from "../outside.ts";

/** A branch of that name that is not where it begins is somebody's work, and not ours to move. */
export async function createBranch(outside: Outside, effect: EffectOf<"branch.create">): Promise<FeatureEvent> {
  const { repo, branch, at } = effect;
  if ((await outside.github.moveBranch(repo, branch, null, at)) === "taken") {
    throw new Refused(`The branch \`${branch}\` exists already and points elsewhere: delete it`);
  }
  return { type: "branch.created", branch, sha: at };
}

/**
 * What takes a merge back is its child with the tree from before it. Merging that into a base which has gone on is a three-way
 * merge whose common ancestor is the merge itself: exactly what `git revert` does.
 */
export async function writeRevert(outside: Outside, effect: EffectOf<"revert.write">): Promise<FeatureEvent> {
  const { github } = outside;
  const { repo, branch, merge, task } = effect;
  const taken = new Refused(`The branch \`${branch}\` exists already and is not ours: delete it`);
  // Find before create: an earlier try may have made the branch and died before telling.
  const ours = async (): Promise<FeatureEvent | null> => {
    const tip = await github.branchTip(repo, branch);
    if (tip === null) return null;
    if (attemptOfMessage((await github.commit(repo, tip)).message) !== effect.id) throw taken;
    return { type: "revert.written", task, head: tip };
  };
  const earlier = await ours();
  if (earlier !== null) return earlier;
  const { sha } = await github.writeCommit(repo, {
    against: effect.base,
    parents: [merge],
    changes: [],
    file: () => {
      throw new Error("a revert writes no files");
    },
    message: revertMessage(effect),
  });
  if ((await github.moveBranch(repo, branch, null, sha)) === "moved")
    return { type: "revert.written", task, head: sha };
  const raced = await ours();
  if (raced === null) throw taken;
  return raced;
}
