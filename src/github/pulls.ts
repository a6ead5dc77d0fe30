/** Opens, closes and reads pull requests. */
import { z } from "zod";
import { type ChangeRequest, MAX_CHANGE_REQUESTS, type Repo } from "../core/github.ts";
import type { Approval, GitHub, SeenPull } from "../loop/github-port.ts";
import { readCommit } from "./branches.ts";
import type { Calls } from "./calls.ts";
import { time } from "./checks/reading.ts";
import { createWorkflowComparison } from "./checks/workflow-comparison.ts";
import { saysAlreadyExists, statusOf, wordsOf } from "./errors.ts";
import { readPermission } from "./repositories.ts";
import { createGlances } from "./snapshot/glances.ts";

type Pulls = Pick<GitHub, "openPull" | "editPull" | "closePull" | "pull" | "mergeBase" | "mergedHeads">;

const Sha = z.string().regex(/^[0-9a-f]{40}$/);
const Numbered = z.object({ number: z.number().int().positive() });
const Listed = Numbered.extend({
  state: z.enum(["open", "closed"]),
  head: z.object({ sha: Sha }),
  merged_at: z.string().nullish(),
});
const Pull = z.object({
  number: z.number().int().positive(),
  title: z.string().optional(),
  labels: z.array(z.object({ name: z.string() })).default([]),
  state: z.enum(["open", "closed"]),
  draft: z.boolean().optional(),
  merged: z.boolean(),
  merged_at: z.string().nullable(),
  mergeable: z.boolean().nullish(),
  merge_commit_sha: Sha.nullable(),
  head: z.object({ ref: z.string().default(""), sha: Sha }),
  base: z.object({ ref: z.string(), sha: Sha }),
  requested_reviewers: z.array(z.object({ login: z.string() })).nullish(),
  requested_teams: z.array(z.object({ slug: z.string() })).nullish(),
});
export type Pull = z.infer<typeof Pull>;
const Described = z.object({ state: z.string(), body: z.string().nullish() });
const Closed = z.object({ merged_at: z.string().nullable(), head: z.object({ sha: Sha }) });
const Comparison = z.object({
  behind_by: z.number().int().nonnegative(),
  base_commit: z.object({ sha: Sha }),
  merge_base_commit: z.object({ sha: Sha }),
});
const Review = z.object({
  user: z.object({ login: z.string(), type: z.string().optional() }).nullable(),
  state: z.string(),
  body: z.string().nullish(),
  commit_id: Sha.nullish().catch(null),
});
type Review = z.infer<typeof Review>;

export async function readPull(calls: Calls, repo: Repo, pull: number): Promise<Pull> {
  return calls.one(repo, "GET /repos/{owner}/{repo}/pulls/{pull}", { pull }, Pull);
}

export function createPulls(calls: Calls, readChecks: GitHub["checks"]): Pulls {
  const sameWorkflows = createWorkflowComparison(calls);

  /**
   * Finds the pull request that an earlier request opened, in any state. A person may have merged or closed it
   * meanwhile, and GitHub may have deleted its branch. Leaves out what is to be replaced.
   */
  async function existingPull(repo: Repo, { head, base, commit, replaces = 0 }: Parameters<GitHub["openPull"]>[1]) {
    const parameters = { head: `${repo.owner}:${head}`, base, state: "all" };
    const listed = await calls.all(repo, "GET /repos/{owner}/{repo}/pulls", parameters, Listed);
    const open = listed.find((pull) => pull.state === "open");
    if (open !== undefined) return open;
    const over = listed.filter(({ number, merged_at: mergedAt }) => number > replaces || typeof mergedAt === "string");
    for (const pull of over) if (await carries(calls, repo, pull.head.sha, commit)) return pull;
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

    pull: createGlances(calls, readInFull),
  };

  async function readInFull(repo: Repo, number: number): Promise<{ seen: SeenPull; branch: string }> {
    const pull = await readPull(calls, repo, number);
    const branch = pull.head.ref;
    const headSha = pull.head.sha;
    const common = {
      number: pull.number,
      base: pull.base.ref,
      labels: pull.labels.map(({ name }) => name),
      draft: pull.draft ?? false,
      headSha,
      mergeable: pull.mergeable ?? null,
      mergeSha: pull.merged ? pull.merge_commit_sha : null,
      mergedAt: time(pull.merged_at),
    };
    if (pull.state === "closed") {
      const { tree } = await readCommit(calls, repo, headSha);
      const state = pull.merged ? "merged" : "closed";
      const { sha: baseSha } = pull.base;
      const unread = { behindBy: 0, checks: [], sameWorkflows: true, changesRequestedBy: [], approvals: [] };
      return { branch, seen: { ...common, ...unread, baseSha, mergeBase: baseSha, state, headTree: tree } };
    }
    const [comparison, commit, checks, verdicts] = await Promise.all([
      compare(calls, repo, pull.base.ref, headSha),
      readCommit(calls, repo, headSha),
      readChecks(repo, headSha),
      verdictsOf(calls, repo, number),
    ]);
    const { holding, wishing, unknown } = await byAccess(calls, repo, verdicts);
    const changeRequests = requestsOf(holding);
    const changesWishedBy = wishing.map(loginOf).slice(-MAX_CHANGE_REQUESTS);
    const open = {
      ...common,
      ...comparison,
      state: "open" as const,
      headTree: commit.tree,
      checks,
      sameWorkflows: await sameWorkflows(repo, { sha: headSha, tree: commit.tree }, comparison.baseSha),
      changesRequestedBy: [...unknown, ...holding].map(loginOf),
      approvals: await approvalsOf(calls, repo, verdicts),
    };
    const seen = {
      ...open,
      ...(changeRequests.length === 0 ? {} : { changeRequests }),
      ...(changesWishedBy.length === 0 ? {} : { changesWishedBy }),
    };
    return { branch, seen };
  }
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

/**
 * Compares against the branch by name. A pull request's `base.sha` is stale: it dates from the last move of the head.
 */
async function compare(
  calls: Calls,
  repo: Repo,
  base: string,
  head: string,
): Promise<Pick<SeenPull, "baseSha" | "behindBy" | "mergeBase">> {
  const route = "GET /repos/{owner}/{repo}/compare/{basehead}";
  // Only the first page carries changed files, which make this call slow. Asks for the second page.
  const answer = await calls.one(repo, route, { basehead: `${base}...${head}`, per_page: 1, page: 2 }, Comparison);
  const { base_commit: tip, merge_base_commit: ancestor, behind_by: behindBy } = answer;
  return { baseSha: tip.sha, behindBy, mergeBase: ancestor.sha };
}

/**
 * Returns each reviewer's last verdict, oldest first. Comments do not replace a verdict, and pending reviews are drafts.
 */
async function verdictsOf(calls: Calls, repo: Repo, pull: number): Promise<Review[]> {
  const reviews = await calls.all(repo, "GET /repos/{owner}/{repo}/pulls/{pull}/reviews", { pull }, Review);
  const verdicts = new Map<string, Review>();
  for (const review of reviews) {
    if (!["APPROVED", "CHANGES_REQUESTED", "DISMISSED"].includes(review.state)) continue;
    const login = review.user?.login ?? "ghost";
    verdicts.delete(login);
    verdicts.set(login, review);
  }
  return [...verdicts.values()];
}

/** The part of one review, in characters, that an agent receives. */
const REVIEW_CHARACTERS = 6_000;

/** Reviewers whose permission is read. Anyone who can read a public repository can submit a review. */
const MAX_REVIEWERS = 30;

/**
 * Separates the change requests of people with write access from those of others, which hold no merge. The permission of those
 * beyond the limit is unknown, so they hold too.
 */
async function byAccess(
  calls: Calls,
  repo: Repo,
  verdicts: readonly Review[],
): Promise<{ holding: Review[]; wishing: Review[]; unknown: Review[] }> {
  const asking = verdicts.filter((review) => review.state === "CHANGES_REQUESTED");
  const holding: Review[] = [];
  const wishing: Review[] = [];
  for (const review of asking.slice(-MAX_REVIEWERS)) {
    const holds = review.user !== null && (await mayWrite(calls, repo, review.user.login));
    (holds ? holding : wishing).push(review);
  }
  return { holding, wishing, unknown: asking.slice(0, -MAX_REVIEWERS) };
}

function loginOf({ user }: Review): string {
  return user?.login ?? "ghost";
}

/** Returns the texts of change requests for an agent. A stranger's text must not reach it, so callers pass only people's with write access. */
function requestsOf(holding: readonly Review[]): ChangeRequest[] {
  return holding
    .flatMap(({ user, body, commit_id: head }) =>
      user === null || head == null || body == null || body.trim() === ""
        ? []
        : [{ by: user.login, head, text: body.slice(0, REVIEW_CHARACTERS).toWellFormed() }],
    )
    .slice(0, MAX_CHANGE_REQUESTS);
}

const MAX_APPROVALS = 5;

/** Returns the approvals of people with write access, newest first. A job's token can approve, where a repository allows it. */
async function approvalsOf(calls: Calls, repo: Repo, verdicts: readonly Review[]): Promise<Approval[]> {
  const approving = verdicts.filter(({ state, user }) => state === "APPROVED" && user?.type === "User");
  const approvals: Approval[] = [];
  for (const { user, commit_id: head } of approving.toReversed().slice(0, MAX_REVIEWERS)) {
    if (user === null || head == null || !(await mayWrite(calls, repo, user.login))) continue;
    approvals.push({ by: user.login, head });
    if (approvals.length === MAX_APPROVALS) break;
  }
  return approvals;
}

async function mayWrite(calls: Calls, repo: Repo, login: string): Promise<boolean> {
  const permission = await readPermission(calls, repo, login);
  return permission === "write" || permission === "admin";
}
