/** Makes the two calls that move code between branches. Both pin the head. GitHub offers no way to pin the base. */
import { z } from "zod";
import type { Repo } from "../core/github.ts";
import { withoutSkips } from "../core/rules/skip-ci.ts";
import type { GitHub } from "../loop/github-port.ts";
import { Refused, Unavailable } from "../loop/github-port.ts";
import { readCommit } from "./branches.ts";
import type { Calls } from "./calls.ts";
import { meaningOf, mergeMayPass, requirementIn, statusOf, updateRefusal, wordsOf } from "./errors.ts";
import { type Pull, readPull } from "./snapshot/over-rest.ts";

type Merging = Pick<GitHub, "updatePull" | "mergePull">;
type Merged = Awaited<ReturnType<GitHub["mergePull"]>>;

const MergeAnswer = z.object({ sha: z.string().regex(/^[0-9a-f]{40}$/), merged: z.literal(true) });

export function createMerging(calls: Calls, now: () => number): Merging {
  async function landed(repo: Repo, sha: string, at: number | null): Promise<Merged> {
    const commit = await readCommit(calls, repo, sha);
    return {
      outcome: "merged",
      sha,
      landedTree: commit.tree,
      parents: commit.parents,
      at: at ?? commit.committedAt,
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

    async mergePull(repo, number, { head, base, method, title }) {
      const pull = await readPull(calls, repo, number);
      if (base !== undefined && pull.base.ref !== base) {
        return { outcome: "moved", message: `The pull request merges into ${pull.base.ref} by now` };
      }
      if (pull.merged && pull.merge_commit_sha !== null) {
        return landed(repo, pull.merge_commit_sha, pull.merged_at === null ? null : Date.parse(pull.merged_at));
      }
      if (pull.state === "closed") return { outcome: "refused", message: "The pull request is closed" };
      if (pull.head.sha !== head) return { outcome: "moved", message: `The head is ${pull.head.sha} by now` };
      try {
        const route = "PUT /repos/{owner}/{repo}/pulls/{pull}/merge";
        // As people named it last.
        const named = pull.title === undefined ? title : `${withoutSkips(pull.title)} (#${number})`;
        const request = { pull: number, sha: head, merge_method: method, commit_title: named };
        const answer = await calls.one(repo, route, request, z.unknown());
        return await landing(repo, answer);
      } catch (error) {
        return withRequirement(refusal(error, now()), repo, pull);
      }
    },
  };

  /** Reads the landed commit after GitHub accepted the merge. Any failure from here on must not claim that nothing was merged. */
  async function landing(repo: Repo, answer: unknown): Promise<Merged> {
    try {
      return await landed(repo, MergeAnswer.parse(answer).sha, null);
    } catch (error) {
      return { outcome: "unknown", message: meaningOf("mergePull", error, now()).message };
    }
  }
}

/** Names those who were asked for a review: GitHub asks code owners by itself. */
function withRequirement(outcome: Merged, { owner }: Repo, pull: Pull): Merged {
  const of = outcome.outcome === "refused" ? requirementIn(outcome.message) : null;
  if (outcome.outcome !== "refused" || of === null) return outcome;
  const review = of === "approving-review" || of === "code-owner-review";
  const teams = (pull.requested_teams ?? []).map(({ slug }) => `${owner}/${slug}`);
  const people = [...(pull.requested_reviewers ?? []).map(({ login }) => login), ...teams];
  return { ...outcome, requires: { of, people: review ? people.slice(0, 5) : [] } };
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
  // A rate limit means that nothing was merged: the loop can retry.
  const limited = statusOf(error) === 403 || statusOf(error) === 429;
  if (meaning instanceof Unavailable && limited) throw meaning;
  if (meaning instanceof Unavailable) return { outcome: "unknown", message: meaning.message };
  if (meaning instanceof Refused) return { outcome: "refused", message: meaning.message };
  throw meaning;
}
