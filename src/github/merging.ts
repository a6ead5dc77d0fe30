/** The two calls that move code between branches. Both pin the head; GitHub lets nobody pin the base. */
import type { Repo } from "../core/github.ts";
import type { GitHub } from "../loop/github-port.ts";
import { Refused, Unavailable } from "../loop/github-port.ts";
import { createBranches, readCommit } from "./branches.ts";
import type { Calls } from "./calls.ts";
import { meaningOf, mergeMayPass, statusOf, updateRefusal, wordsOf } from "./errors.ts";
import { type Pull, readPull } from "./pulls.ts";

type Merging = Pick<GitHub, "updatePull" | "mergePull">;
type Merged = Awaited<ReturnType<GitHub["mergePull"]>>;

export function createMerging(calls: Calls, now: () => number): Merging {
  /** Merges of one second cannot be told apart by their times: what came last is known from the branch alone. */
  async function landed(repo: Repo, { base, merged_at }: Pull, sha: string): Promise<Merged> {
    const commit = await readCommit(calls, repo, sha);
    const tip = (await createBranches(calls).branchTip(repo, base.ref)) ?? sha;
    return {
      outcome: "merged",
      sha,
      landedTree: commit.tree,
      parents: commit.parents,
      tip,
      at: merged_at === null ? commit.committedAt : Date.parse(merged_at),
    };
  }

  return {
    async updatePull(repo, pull, expectedHead) {
      try {
        const route = "PUT /repos/{owner}/{repo}/pulls/{pull}/update-branch";
        await calls.send(repo, route, { pull, expected_head_sha: expectedHead });
        return "accepted";
      } catch (error) {
        const reason = statusOf(error) === 422 ? updateRefusal(wordsOf(error)) : null;
        if (reason === null) throw error;
        return reason;
      }
    },

    async mergePull(repo, number, { head, method, title }) {
      const pull = await readPull(calls, repo, number);
      if (pull.merged && pull.merge_commit_sha !== null) return landed(repo, pull, pull.merge_commit_sha);
      if (pull.state === "closed") return { outcome: "refused", message: "The pull request is closed" };
      if (pull.head.sha !== head) return { outcome: "moved", message: `The head is ${pull.head.sha} by now` };
      try {
        const route = "PUT /repos/{owner}/{repo}/pulls/{pull}/merge";
        const request = { pull: number, sha: head, merge_method: method, commit_title: title };
        await calls.send(repo, route, request);
      } catch (error) {
        return refusal(error, now());
      }
      return landing(repo, number);
    },
  };

  /** GitHub said yes. What landed is read again: whatever goes wrong from here on, the merge may have happened. */
  async function landing(repo: Repo, number: number): Promise<Merged> {
    try {
      const pull = await readPull(calls, repo, number);
      if (pull.merged && pull.merge_commit_sha !== null && pull.merged_at !== null) {
        return await landed(repo, pull, pull.merge_commit_sha);
      }
      return { outcome: "unknown", message: "GitHub accepted the merge but does not show it yet" };
    } catch (error) {
      return { outcome: "unknown", message: meaningOf("mergePull", error, now()).message };
    }
  }
}

function refusal(error: unknown, now: number): Merged {
  const meaning = meaningOf("mergePull", error, now);
  const words = wordsOf(error);
  switch (statusOf(error)) {
    case 409:
      return { outcome: "moved", message: words };
    case 405:
      return { outcome: mergeMayPass(words) ? "unknown" : "refused", message: words };
    default:
      break;
  }
  // Nothing happened at a rate limit: the loop may simply wait.
  const limited = statusOf(error) === 403 || statusOf(error) === 429;
  if (meaning instanceof Unavailable && limited) throw meaning;
  if (meaning instanceof Unavailable) return { outcome: "unknown", message: meaning.message };
  if (meaning instanceof Refused) return { outcome: "refused", message: meaning.message };
  throw meaning;
}
