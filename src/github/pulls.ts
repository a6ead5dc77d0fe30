/** Opens, edits and closes pull requests, and finds those that were opened before. */
import { z } from "zod";
import type { Repo } from "../core/github.ts";
import type { GitHub } from "../loop/github-port.ts";
import type { Calls } from "./calls.ts";
import { saysAlreadyExists, statusOf, wordsOf } from "./errors.ts";
import { compare } from "./snapshot/over-rest.ts";

type Pulls = Pick<GitHub, "openPull" | "editPull" | "closePull" | "mergeBase" | "mergedHeads">;

const Sha = z.string().regex(/^[0-9a-f]{40}$/);
const Numbered = z.object({ number: z.number().int().positive() });
const Listed = Numbered.extend({
  state: z.enum(["open", "closed"]),
  head: z.object({ sha: Sha }),
  base: z.object({ ref: z.string() }),
  merged_at: z.string().nullish(),
});
const Described = z.object({ state: z.string(), body: z.string().nullish() });
const Closed = z.object({ merged_at: z.string().nullable(), head: z.object({ sha: Sha }) });

export function createPulls(calls: Calls): Pulls {
  /**
   * Finds the pull request that an earlier request opened, in any state. A person may have merged or closed it meanwhile, or changed
   * its base, and GitHub may have deleted its branch. Leaves out what is to be replaced.
   */
  async function existingPull(repo: Repo, { head, base, commit, replaces = 0 }: Parameters<GitHub["openPull"]>[1]) {
    const parameters = { head: `${repo.owner}:${head}`, state: "all" };
    const listed = await calls.all(repo, "GET /repos/{owner}/{repo}/pulls", parameters, Listed);
    const own = listed.filter((pull) => pull.base.ref === base);
    const open = own.find(({ state }) => state === "open");
    if (open !== undefined) return open;
    const over = own.filter(({ number, merged_at: mergedAt }) => number > replaces || typeof mergedAt === "string");
    const elsewhere = listed.filter((pull) => pull.base.ref !== base && pull.number > replaces);
    for (const pull of [...over, ...elsewhere]) if (await carries(calls, repo, pull.head.sha, commit)) return pull;
    return undefined;
  }

  return {
    async openPull(repo, request) {
      // GitHub refuses a second open pull of a branch. One that people closed meanwhile only an earlier try can have opened.
      const existing = request.isFirstTry ? undefined : await existingPull(repo, request);
      if (existing !== undefined) return { number: existing.number };
      try {
        const { head, base, title, body } = request;
        return await calls.one(repo, "POST /repos/{owner}/{repo}/pulls", { head, base, title, body }, Numbered);
      } catch (error) {
        if (statusOf(error) !== 422 || !saysAlreadyExists(wordsOf(error))) throw error;
        const raced = await existingPull(repo, request);
        if (raced === undefined) throw error;
        return { number: raced.number };
      }
    },

    async mergedHeads(repo, branch, limit) {
      const route = "GET /repos/{owner}/{repo}/pulls";
      // Many closed pulls were never merged. One page of the last hundred is enough to find some that were.
      const asked = { state: "closed", base: branch, sort: "updated", direction: "desc", per_page: 100 };
      const closed = await calls.one(repo, route, asked, z.array(Closed));
      return closed
        .flatMap(({ merged_at: at, head }) => (at === null ? [] : [{ at, sha: head.sha }]))
        .toSorted((left, right) => right.at.localeCompare(left.at))
        .slice(0, limit)
        .map(({ sha }) => sha);
    },

    async mergeBase(repo, base, head) {
      try {
        return (await compare(calls, repo, base, head)).mergeBase;
      } catch (error) {
        if (statusOf(error) === 404) return null;
        throw error;
      }
    },

    async editPull(repo, pull, edit) {
      const route = "GET /repos/{owner}/{repo}/pulls/{pull}";
      const { state, body } = await calls.one(repo, route, { pull }, Described);
      const edited = await edit(body ?? "");
      if (state !== "open" || edited === (body ?? "")) return;
      await calls.send(repo, "PATCH /repos/{owner}/{repo}/pulls/{pull}", { pull, body: edited });
    },

    async closePull(repo, pull) {
      await calls.send(repo, "PATCH /repos/{owner}/{repo}/pulls/{pull}", { pull, state: "closed" });
    },
  };
}

async function carries(calls: Calls, repo: Repo, head: string, commit: string): Promise<boolean> {
  if (head === commit) return true;
  try {
    return (await compare(calls, repo, commit, head)).behindBy === 0;
  } catch (error) {
    // 404: the two share no ancestor, or the head is gone.
    if (statusOf(error) === 404) return false;
    throw error;
  }
}
