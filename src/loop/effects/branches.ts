/** Performs the effects on branches. The App itself writes commits and moves branches; no job ever holds a write token. */
import type { EffectOf } from "../../core/effect.ts";
import type { FeatureEvent } from "../../core/event.ts";
import { repoName } from "../../core/github.ts";
import { commitMessage, revertMessage } from "../../messages/commit.ts";
import { attemptOfMessage } from "../../messages/markers.ts";
import { Refused } from "../github-port.ts";
import type { Outside } from "../outside.ts";
import { inspectCommit } from "./inspection/index.ts";

/** Writes the commit and reports what it changes. A second try writes a second commit; no branch has either. */
export async function performChangeWrite(outside: Outside, effect: EffectOf<"change.write">): Promise<FeatureEvent> {
  const { github } = outside;
  const { repo, against, parents, manifest } = effect;
  const attempt = { task: effect.task, attempt: effect.attempt };
  const artifact = await github.artifact(repo, effect.run);
  if (artifact === null) {
    const failure = { class: "attempt-lost" as const, cause: { kind: "artifact-gone" as const }, details: [] };
    return { type: "change.refused", ...attempt, failure };
  }
  const { sha } = await github.writeCommit(repo, {
    against,
    parents: effect.parents,
    changes: manifest,
    file: (sha256) => {
      const content = artifact.file(sha256);
      if (content === null) throw new Error(`the artifact of run ${effect.run} in ${repoName(repo)} lost a file`);
      return content;
    },
    message: commitMessage(effect),
  });
  const difference = await inspectCommit(outside, repo, { against, parents, commit: sha, manifest, artifact });
  return { type: "change.written", ...attempt, commit: sha, difference };
}

/** Moves the task's branch to the judged commit, or finds the commit of an earlier try. */
export async function performChangePromote(
  { github }: Outside,
  effect: EffectOf<"change.promote">,
): Promise<FeatureEvent> {
  const { repo, branch, commit } = effect;
  const attempt = { task: effect.task, attempt: effect.attempt };
  const moved = await github.moveBranch(repo, branch, effect.from, commit);
  if (moved === "moved") return { type: "change.promoted", ...attempt, head: commit };
  const tip = await github.branchTip(repo, branch);
  // An earlier try, whose answer was lost, may have moved the branch only now. A message proves nothing: anybody can copy it.
  if (tip === commit) return { type: "change.promoted", ...attempt, head: commit };
  const cause = { kind: "branch-moved" as const, branch, ...(tip === effect.from ? {} : { tip }) };
  return { type: "change.refused", ...attempt, failure: { class: "head-moved", cause, details: [] } };
}

/** Refuses a branch of that name that points elsewhere: it holds somebody's work, and is not ours to move. */
export async function performBranchCreate(outside: Outside, effect: EffectOf<"branch.create">): Promise<FeatureEvent> {
  const { repo, branch, at } = effect;
  if ((await outside.github.moveBranch(repo, branch, null, at)) === "taken") {
    throw new Refused(`The branch \`${branch}\` exists already and points elsewhere: delete it`);
  }
  return { type: "branch.created", branch, sha: at };
}

export async function performBranchObserve(
  { github }: Outside,
  { repo, branch, seq, holds }: EffectOf<"branch.observe">,
): Promise<FeatureEvent> {
  const sha = await github.branchTip(repo, branch);
  const event = { type: "branch.observed" as const, branch, seq, sha };
  if (sha === null || holds === undefined || sha === holds) return event;
  return (await github.mergeBase(repo, sha, holds)) === holds ? event : { ...event, lost: holds };
}

export async function performBranchDelete(
  { github }: Outside,
  { repo, branch }: EffectOf<"branch.delete">,
): Promise<null> {
  await github.deleteBranch(repo, branch);
  return null;
}

/**
 * Writes a child of the merge with the tree from before it. Merging that into a base that has gone on is a three-way merge whose
 * common ancestor is the merge itself, which is what `git revert` does.
 */
export async function performRevertWrite(outside: Outside, effect: EffectOf<"revert.write">): Promise<FeatureEvent> {
  const { github } = outside;
  const { repo, branch, merge, task } = effect;
  const taken = new Refused(`The branch \`${branch}\` exists already and is not ours: delete it`);
  // An earlier try may have made the branch and died before its outcome was written.
  const ours = async (): Promise<FeatureEvent | null> => {
    const tip = await github.branchTip(repo, branch);
    if (tip === null) return null;
    const [found, before] = await Promise.all([github.commit(repo, tip), github.commit(repo, effect.base)]);
    // Anybody can copy the message. Nobody else's commit takes exactly the merge back.
    const takesBack = found.tree === before.tree && found.parents.length === 1 && found.parents[0] === merge;
    if (attemptOfMessage(found.message) !== effect.id || !takesBack) throw taken;
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
